/**
 * The server's own structures of a pod, member by member in Go's order, as they stand when they are printed. Source: pkg/apis/core/types.go, 1.36.
 *
 * A member is written `GoName kind`, and `GoName=wireName kind` where the name on the wire does not follow from it. Kinds: `s` text, `i` number, `b` truth
 * (absent: empty, 0, false); `p` a pointer, list or map of plain values (absent: null); `q` a quantity, `r` a map of quantities, `x` a number or text; `j` a
 * structure that is printed as on the wire; else the name of a structure: alone (always there), after `*` (may be null), after `[]` (a list, null when absent).
 */
const VOLUME_SOURCES =
  'HostPath *HostPath, EmptyDir *EmptyDir, GCEPersistentDisk *Other, AWSElasticBlockStore *Other, GitRepo *Other, Secret *SecretVolume, NFS *NFS, ISCSI *Other, Glusterfs *Other, PersistentVolumeClaim *Claim, RBD *Other, Quobyte *Other, FlexVolume *Other, Cinder *Other, CephFS=cephfs *Other, Flocker *Other, DownwardAPI *DownwardVolume, FC *Other, AzureFile *Other, ConfigMap *ConfigMapVolume, VsphereVolume *Other, AzureDisk *Other, PhotonPersistentDisk *Other, Projected *Projected, PortworxVolume *Other, ScaleIO *Other, StorageOS=storageos *Other, CSI *CSI, Ephemeral *Other, Image *Image';
const CONTAINER =
  'Name s, Image s, Command p, Args p, WorkingDir s, Ports []Port, EnvFrom []EnvFrom, Env []Env, Resources Resources, ResizePolicy []ResizePolicy, RestartPolicy p, RestartPolicyRules []RestartRule, VolumeMounts []Mount, VolumeDevices []Device, LivenessProbe *Probe, ReadinessProbe *Probe, StartupProbe *Probe, Lifecycle *Lifecycle, TerminationMessagePath s, TerminationMessagePolicy s, ImagePullPolicy s, SecurityContext *SecurityContext, Stdin b, StdinOnce b, TTY b';
const SECURITY = 'SELinuxOptions *SELinuxOptions, WindowsOptions *WindowsOptions, RunAsUser p, RunAsGroup p, RunAsNonRoot p';
const PROFILE = 'Type s, LocalhostProfile p';
const REQUIRED = 'RequiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'PreferredDuringSchedulingIgnoredDuringExecution';
const POD_AFFINITY = `${REQUIRED} []PodAffinityTerm, ${PREFERRED} []WeightedPodAffinityTerm`;

export const GO_TYPES: Readonly<Record<string, string>> = {
  PodSpec:
    'Volumes []Volume, InitContainers []Container, Containers []Container, EphemeralContainers []EphemeralContainer, RestartPolicy s, TerminationGracePeriodSeconds p, ActiveDeadlineSeconds p, DNSPolicy s, NodeSelector p, ServiceAccountName s, AutomountServiceAccountToken p, NodeName s, SecurityContext *PodSecurityContext, ImagePullSecrets []LocalObjectReference, Hostname s, Subdomain s, SetHostnameAsFQDN p, Affinity *Affinity, SchedulerName s, Tolerations []Toleration, HostAliases []HostAlias, PriorityClassName s, Priority p, PreemptionPolicy p, DNSConfig *DNSConfig, ReadinessGates []ReadinessGate, RuntimeClassName p, Overhead r, EnableServiceLinks p, TopologySpreadConstraints []TopologySpreadConstraint, OS *LocalObjectReference, SchedulingGates []LocalObjectReference, ResourceClaims []PodResourceClaim, Resources *Resources, HostnameOverride p, SchedulingGroup *SchedulingGroup',
  Volume: `Name s, ${VOLUME_SOURCES}`,
  HostPath: 'Path s, Type p',
  EmptyDir: 'Medium s, SizeLimit q',
  SecretVolume: 'SecretName s, Items []KeyToPath, DefaultMode p, Optional p',
  ConfigMapVolume: 'Name s, Items []KeyToPath, DefaultMode p, Optional p',
  DownwardVolume: 'Items []DownwardFile, DefaultMode p',
  NFS: 'Server s, Path s, ReadOnly b',
  Claim: 'ClaimName s, ReadOnly b',
  CSI: 'Driver s, ReadOnly p, FSType p, VolumeAttributes p, NodePublishSecretRef *LocalObjectReference',
  Image: 'Reference s, PullPolicy s',
  KeyToPath: 'Key s, Path s, Mode p',
  DownwardFile: 'Path s, FieldRef *FieldRef, ResourceFieldRef *ResourceFieldRef, Mode p',
  Projected: 'Sources []Projection, DefaultMode p',
  Projection:
    'Secret *FilesProjection, DownwardAPI *DownwardProjection, ConfigMap *FilesProjection, ServiceAccountToken *TokenProjection, ClusterTrustBundle *ClusterTrustBundleProjection, PodCertificate *PodCertificate',
  FilesProjection: 'Name s, Items []KeyToPath, Optional p',
  DownwardProjection: 'Items []DownwardFile',
  TokenProjection: 'Audience s, ExpirationSeconds i, Path s',
  ClusterTrustBundleProjection: 'Name p, SignerName p, LabelSelector j, Optional p, Path s',
  PodCertificate:
    'SignerName s, KeyType s, MaxExpirationSeconds p, CredentialBundlePath s, KeyPath s, CertificateChainPath s, UserAnnotations p',
  Container: CONTAINER,
  EphemeralContainer: `${CONTAINER}, TargetContainerName s`,
  Port: 'Name s, HostPort i, ContainerPort i, Protocol s, HostIP s',
  EnvFrom: 'Prefix s, ConfigMapRef *EnvSource, SecretRef *EnvSource',
  EnvSource: 'Name s, Optional p',
  Env: 'Name s, Value s, ValueFrom *EnvValue',
  EnvValue: 'FieldRef *FieldRef, ResourceFieldRef *ResourceFieldRef, ConfigMapKeyRef *KeyRef, SecretKeyRef *KeyRef, FileKeyRef *FileKeyRef',
  FieldRef: 'APIVersion s, FieldPath s',
  ResourceFieldRef: 'ContainerName s, Resource s, Divisor q',
  KeyRef: 'Name s, Key s, Optional p',
  FileKeyRef: 'VolumeName s, Path s, Key s, Optional p',
  Resources: 'Limits r, Requests r, Claims []ResourceClaim',
  ResourceClaim: 'Name s, Request s',
  ResizePolicy: 'ResourceName s, RestartPolicy s',
  RestartRule: 'Action s, ExitCodes *ExitCodes',
  ExitCodes: 'Operator s, Values p',
  Mount: 'Name s, ReadOnly b, RecursiveReadOnly p, MountPath s, SubPath s, MountPropagation p, SubPathExpr s',
  Device: 'Name s, DevicePath s',
  Probe:
    'Exec *Exec, HTTPGet *HTTPGet, TCPSocket *TCPSocket, GRPC *GRPC, InitialDelaySeconds i, TimeoutSeconds i, PeriodSeconds i, SuccessThreshold i, FailureThreshold i, TerminationGracePeriodSeconds p',
  Exec: 'Command p',
  HTTPGet: 'Path s, Port x, Host s, Scheme s, HTTPHeaders []HTTPHeader',
  HTTPHeader: 'Name s, Value s',
  TCPSocket: 'Port x, Host s',
  GRPC: 'Port i, Service p',
  Sleep: 'Seconds i',
  Lifecycle: 'PostStart *Handler, PreStop *Handler, StopSignal p',
  Handler: 'Exec *Exec, HTTPGet *HTTPGet, TCPSocket *TCPSocket, Sleep *Sleep',
  SecurityContext: `Capabilities *Capabilities, Privileged p, ${SECURITY}, ReadOnlyRootFilesystem p, AllowPrivilegeEscalation p, ProcMount p, SeccompProfile *SeccompProfile, AppArmorProfile *SeccompProfile`,
  Capabilities: 'Add p, Drop p',
  SELinuxOptions: 'User s, Role s, Type s, Level s',
  WindowsOptions: 'GMSACredentialSpecName p, GMSACredentialSpec p, RunAsUserName p, HostProcess p',
  SeccompProfile: PROFILE,
  PodSecurityContext: `HostNetwork b, HostPID b, HostIPC b, ShareProcessNamespace p, HostUsers p, ${SECURITY}, SupplementalGroups p, SupplementalGroupsPolicy p, FSGroup p, FSGroupChangePolicy p, Sysctls []Sysctl, SeccompProfile *SeccompProfile, AppArmorProfile *SeccompProfile, SELinuxChangePolicy p`,
  Sysctl: 'Name s, Value s',
  LocalObjectReference: 'Name s',
  Affinity: 'NodeAffinity *NodeAffinity, PodAffinity *PodAffinity, PodAntiAffinity *PodAffinity',
  NodeAffinity: `${REQUIRED} *NodeSelector, ${PREFERRED} []PreferredTerm`,
  NodeSelector: 'NodeSelectorTerms []NodeSelectorTerm',
  NodeSelectorTerm: 'MatchExpressions []Requirement, MatchFields []Requirement',
  Requirement: 'Key s, Operator s, Values p',
  PreferredTerm: 'Weight i, Preference NodeSelectorTerm',
  PodAffinity: POD_AFFINITY,
  PodAffinityTerm: 'LabelSelector j, Namespaces p, TopologyKey s, NamespaceSelector j, MatchLabelKeys p, MismatchLabelKeys p',
  WeightedPodAffinityTerm: 'Weight i, PodAffinityTerm PodAffinityTerm',
  Toleration: 'Key s, Operator s, Value s, Effect s, TolerationSeconds p',
  HostAlias: 'IP s, Hostnames p',
  DNSConfig: 'Nameservers p, Searches p, Options []DNSOption',
  DNSOption: 'Name s, Value p',
  ReadinessGate: 'ConditionType s',
  TopologySpreadConstraint:
    'MaxSkew i, TopologyKey s, WhenUnsatisfiable s, LabelSelector j, MinDomains p, NodeAffinityPolicy p, NodeTaintsPolicy p, MatchLabelKeys p',
  PodResourceClaim: 'Name s, ResourceClaimName p, ResourceClaimTemplateName p',
  SchedulingGroup: 'PodGroupName p',
};
