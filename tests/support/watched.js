/** Print which of the paths on standard input `cdk watch` watches, by the CLI's own matcher. */
const { readFileSync } = require("node:fs");
const Module = require("node:module");

const [, , cli, settings] = process.argv;
const { include, exclude } = JSON.parse(settings);
const bundle = new Module(cli, null);
bundle.filename = cli;
bundle.paths = Module._nodeModulePaths(cli);
// The CLI does not export its matcher.
const exported = "\nmodule.exports.matcher = (options) => { init_glob_matcher(); return createIgnoreMatcher(options); };";
bundle._compile(readFileSync(cli, "utf-8") + exported, cli);
// The CLI adds these itself.
const added = ["cdk.out/**", "**/.*", "**/.*/**", "**/node_modules/**"];
const ignored = bundle.exports.matcher({ include, exclude: [...exclude, ...added] });
const file = { isDirectory: () => false, isFile: () => true };
for (const path of readFileSync(0, "utf-8").split("\n").filter(Boolean)) {
  if (!ignored(path, file)) console.log(path);
}
