"""kubernetes-schemas.py OLDEST FILE…: checks Kubernetes objects strictly against the schemas of OLDEST and all newer releases.

Each file has YAML documents. Writes {"releases": […], "objects": […], "faults": ["RELEASE OBJECT: FAULT", …]}. An unknown field,
kind or API version is a fault.
"""

import functools
import json
import pathlib
import sys

import yaml
from kubernetes_validate import utils
from packaging.version import Version

# otherwise each object reads the definitions of each release again
utils.schema_contents = functools.cache(utils.schema_contents)
utils.all_versions = functools.cache(utils.all_versions)


def fault(document, release):
    try:
        utils.validate(document, release, strict=True)
    except utils.ValidationError as error:
        return f"{'.'.join(map(str, error.path))}: {error.message}"
    except utils.SchemaNotFoundError as error:
        return error.message
    return None


def main(oldest, *files):
    known = {utils.major_minor(version) for version in utils.all_versions()}
    releases = sorted((each for each in known if Version(each) >= Version(oldest)), key=Version)
    texts = [pathlib.Path(file).read_text() for file in files]
    documents = [document for text in texts for document in yaml.safe_load_all(text) if document]
    faults = [
        f"{release} {utils.kn(document)}: {found}"
        for release in releases
        for document in documents
        if (found := fault(document, release))
    ]
    json.dump({"releases": releases, "objects": list(map(utils.kn, documents)), "faults": faults}, sys.stdout)


main(*sys.argv[1:])
