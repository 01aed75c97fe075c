// The order of the folders in src/core. A folder may import itself, the files at the top of src/core, and the folders of
// the rows above its own; not those beside it.
module.exports = [
  ['domain', 'schema'],
  ['docker', 'gpu', 'store', 'yaml'],
  ['reference'],
  ['hub'],
  ['source'],
  ['config', 'estimate', 'profile'],
  ['placement'],
  ['fleet'],
  ['compose-file', 'coordinator', 'plan', 'worker'],
];
