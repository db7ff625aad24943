// Objects of other people's making in a TypeScript program, guarded by the plugin or not.
import * as fs from "fs";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { LocalWorkspace } from "@pulumi/pulumi/automation";

interface Program {
    source: "raw" | "chart";
    objects: any[];
    guard?: any;
    /** Whether the guard comes after the objects. */
    late?: boolean;
    chart: string;
}

class Component extends pulumi.ComponentResource {
    constructor(type: string, name: string, args: any, opts?: pulumi.ComponentResourceOptions) {
        super(`statefast:index:${type}`, name, args, opts, true);
    }
}

const kinds: Record<string, any> = {
    Deployment: k8s.apps.v1.Deployment,
    Namespace: k8s.core.v1.Namespace,
    PersistentVolumeClaim: k8s.core.v1.PersistentVolumeClaim,
    StatefulSet: k8s.apps.v1.StatefulSet,
};

async function program(given: Program): Promise<void> {
    const dependsOn = given.guard && !given.late ? [new Component("Guard", "guard", given.guard)] : [];
    const provider = new k8s.Provider("cluster", { clusterIdentifier: "guarded" }, { dependsOn });
    if (given.source === "chart") {
        new k8s.helm.v4.Chart("release", { chart: given.chart, values: { objects: given.objects } }, { provider });
        return;
    }
    const first: pulumi.Resource[] = [];
    for (const { component, name, args, kind, metadata, spec } of given.objects) {
        if (component) {
            new Component(component, name, args, { providers: [provider] });
            continue;
        }
        const made = new kinds[kind](metadata.name, { metadata, spec }, { provider, dependsOn: [...first] });
        if (kind === "Namespace") {
            first.push(made);
        }
        if (given.late) {
            await new Promise(done => made.urn.apply(done));
        }
    }
    if (given.late) {
        new Component("Guard", "guard", given.guard);
    }
}

async function main(): Promise<void> {
    const [command, stackName, file] = process.argv.slice(2);
    const given: Program = JSON.parse(fs.readFileSync(file, "utf8"));
    const stack = await LocalWorkspace.createOrSelectStack(
        { stackName, projectName: "guarded", program: async () => program(given) },
        { workDir: process.cwd() },
    );
    const onOutput = (text: string) => process.stdout.write(text);
    if (command === "preview") {
        await stack.preview({ onOutput });
    } else if (command === "destroy") {
        await stack.destroy({ onOutput });
    } else {
        await stack.up({ onOutput });
    }
}

main().catch(error => {
    // What the CLI said is in the output already.
    if (!error.commandResult) {
        console.log(error);
    }
    process.exitCode = 1;
});
