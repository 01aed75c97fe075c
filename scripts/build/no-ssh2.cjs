// Stands in for ssh2 in the bundle: dockerode requires it at load, rma never calls it.
module.exports = {};
