// Runs program.ts with the compiler that comes with the SDK.
const fs = require("fs");
const ts = require("@pulumi/pulumi/vendor/typescript@3.8.3/typescript.js");

require.extensions[".ts"] = (made, file) => {
    const options = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2019, esModuleInterop: true };
    made._compile(ts.transpileModule(fs.readFileSync(file, "utf8"), { compilerOptions: options }).outputText, file);
};
require("./program.ts");
