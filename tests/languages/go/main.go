// Objects of other people's making in a Go program, guarded by the plugin or not.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	helmv4 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/helm/v4"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optdestroy"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

type program struct {
	Source  string           `json:"source"`
	Objects []map[string]any `json:"objects"`
	Guard   map[string]any   `json:"guard"`
	Chart   string           `json:"chart"`
	// Version of the Kubernetes provider that the workspace has.
	Provider string `json:"provider"`
}

type guard struct {
	pulumi.ResourceState
}

func (given program) run(ctx *pulumi.Context) error {
	var after []pulumi.Resource
	if given.Guard != nil {
		var made guard
		args := pulumi.Map{}
		for key, value := range given.Guard {
			args[key] = pulumi.Any(value)
		}
		if err := ctx.RegisterRemoteComponentResource("statefast:index:Guard", "guard", args, &made); err != nil {
			return err
		}
		after = append(after, &made)
	}
	cluster, err := kubernetes.NewProvider(ctx, "cluster", &kubernetes.ProviderArgs{
		ClusterIdentifier: pulumi.StringPtr("guarded"),
	}, pulumi.DependsOn(after), pulumi.Version(given.Provider))
	if err != nil {
		return err
	}
	if given.Source == "chart" {
		_, err := helmv4.NewChart(ctx, "release", &helmv4.ChartArgs{
			Chart:  pulumi.String(given.Chart),
			Values: pulumi.Map{"objects": pulumi.ToMapArray(given.Objects)},
		}, pulumi.Provider(cluster))
		return err
	}
	var first []pulumi.Resource
	for _, object := range given.Objects {
		metadata := object["metadata"].(map[string]any)
		options := []pulumi.ResourceOption{pulumi.Provider(cluster), pulumi.DependsOn(first)}
		made, err := register(ctx, object, fmt.Sprint(metadata["name"]), options)
		if err != nil {
			return err
		}
		if object["kind"] == "Namespace" {
			first = append(first, made)
		}
	}
	return nil
}

// register makes one object of what its manifest says, in the SDK's own types.
func register(
	ctx *pulumi.Context, object map[string]any, name string, options []pulumi.ResourceOption,
) (pulumi.Resource, error) {
	text, err := json.Marshal(object)
	if err != nil {
		return nil, err
	}
	var manifest struct {
		Kind     string   `json:"kind"`
		Metadata metadata `json:"metadata"`
		Spec     spec     `json:"spec"`
	}
	if err := json.Unmarshal(text, &manifest); err != nil {
		return nil, err
	}
	switch manifest.Kind {
	case "Namespace":
		return corev1.NewNamespace(ctx, name, &corev1.NamespaceArgs{Metadata: manifest.Metadata.args()}, options...)
	case "PersistentVolumeClaim":
		return corev1.NewPersistentVolumeClaim(ctx, name, &corev1.PersistentVolumeClaimArgs{
			Metadata: manifest.Metadata.args(),
			Spec:     manifest.Spec.claimSpec.args(),
		}, options...)
	case "StatefulSet":
		return appsv1.NewStatefulSet(ctx, name, &appsv1.StatefulSetArgs{
			Metadata: manifest.Metadata.args(),
			Spec:     manifest.Spec.args(),
		}, options...)
	}
	return nil, fmt.Errorf("%s: this program makes no such object", manifest.Kind)
}

type metadata struct {
	Name        string            `json:"name"`
	Namespace   string            `json:"namespace"`
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
}

func (it metadata) args() metav1.ObjectMetaPtrInput {
	made := &metav1.ObjectMetaArgs{Name: pulumi.String(it.Name)}
	if it.Namespace != "" {
		made.Namespace = pulumi.String(it.Namespace)
	}
	if it.Labels != nil {
		made.Labels = pulumi.ToStringMap(it.Labels)
	}
	if it.Annotations != nil {
		made.Annotations = pulumi.ToStringMap(it.Annotations)
	}
	return made
}

type claimSpec struct {
	AccessModes      []string `json:"accessModes"`
	StorageClassName string   `json:"storageClassName"`
	Resources        struct {
		Requests map[string]string `json:"requests"`
	} `json:"resources"`
}

func (it claimSpec) args() *corev1.PersistentVolumeClaimSpecArgs {
	return &corev1.PersistentVolumeClaimSpecArgs{
		AccessModes:      pulumi.ToStringArray(it.AccessModes),
		StorageClassName: pulumi.String(it.StorageClassName),
		Resources:        corev1.VolumeResourceRequirementsArgs{Requests: pulumi.ToStringMap(it.Resources.Requests)},
	}
}

type spec struct {
	claimSpec
	Replicas            int    `json:"replicas"`
	ServiceName         string `json:"serviceName"`
	PodManagementPolicy string `json:"podManagementPolicy"`
	Selector            struct {
		MatchLabels map[string]string `json:"matchLabels"`
	} `json:"selector"`
	Template struct {
		Metadata metadata `json:"metadata"`
		Spec     struct {
			Containers []struct {
				Name         string `json:"name"`
				Image        string `json:"image"`
				VolumeMounts []struct {
					Name      string `json:"name"`
					MountPath string `json:"mountPath"`
				} `json:"volumeMounts"`
			} `json:"containers"`
		} `json:"spec"`
	} `json:"template"`
	VolumeClaimTemplates []struct {
		Metadata metadata  `json:"metadata"`
		Spec     claimSpec `json:"spec"`
	} `json:"volumeClaimTemplates"`
	Retention *struct {
		WhenDeleted string `json:"whenDeleted"`
	} `json:"persistentVolumeClaimRetentionPolicy"`
}

func (it spec) args() *appsv1.StatefulSetSpecArgs {
	containers := corev1.ContainerArray{}
	for _, container := range it.Template.Spec.Containers {
		mounts := corev1.VolumeMountArray{}
		for _, mount := range container.VolumeMounts {
			mounts = append(mounts, corev1.VolumeMountArgs{
				Name: pulumi.String(mount.Name), MountPath: pulumi.String(mount.MountPath),
			})
		}
		containers = append(containers, corev1.ContainerArgs{
			Name: pulumi.String(container.Name), Image: pulumi.String(container.Image), VolumeMounts: mounts,
		})
	}
	templates := corev1.PersistentVolumeClaimTypeArray{}
	for _, template := range it.VolumeClaimTemplates {
		templates = append(templates, corev1.PersistentVolumeClaimTypeArgs{
			Metadata: template.Metadata.args(), Spec: template.Spec.args(),
		})
	}
	made := &appsv1.StatefulSetSpecArgs{
		Replicas:            pulumi.Int(it.Replicas),
		ServiceName:         pulumi.String(it.ServiceName),
		PodManagementPolicy: pulumi.String(it.PodManagementPolicy),
		Selector:            &metav1.LabelSelectorArgs{MatchLabels: pulumi.ToStringMap(it.Selector.MatchLabels)},
		Template: &corev1.PodTemplateSpecArgs{
			Metadata: &metav1.ObjectMetaArgs{Labels: pulumi.ToStringMap(it.Template.Metadata.Labels)},
			Spec:     &corev1.PodSpecArgs{Containers: containers},
		},
		VolumeClaimTemplates: templates,
	}
	if it.Retention != nil {
		made.PersistentVolumeClaimRetentionPolicy = &appsv1.StatefulSetPersistentVolumeClaimRetentionPolicyArgs{
			WhenDeleted: pulumi.String(it.Retention.WhenDeleted),
		}
	}
	return made
}

func run(command, name, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var given program
	if err := json.Unmarshal(text, &given); err != nil {
		return err
	}
	ctx := context.Background()
	stack, err := auto.UpsertStackInlineSource(ctx, name, "guarded", given.run, auto.WorkDir("."))
	if err != nil {
		return err
	}
	switch command {
	case "preview":
		_, err = stack.Preview(ctx, optpreview.ProgressStreams(os.Stdout))
	case "destroy":
		_, err = stack.Destroy(ctx, optdestroy.ProgressStreams(os.Stdout))
	default:
		_, err = stack.Up(ctx, optup.ProgressStreams(os.Stdout))
	}
	return err
}

func main() {
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}
