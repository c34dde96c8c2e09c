/**
 * What runs inside a machine. Parameters come as environment variables or, with older agents, as arguments in this order.
 * Every script ends by itself after its duration and cleans up, also when it is killed with TERM.
 */
export type ScriptName = 'cpu_stress_test' | 'fill_disk' | 'network_latency' | 'burn_io';

/** One busy loop for each processor. */
const CPU_LINUX = `#!/bin/sh
duration="\${duration:-\${1:-120}}"
workers=""
stop() { kill $workers 2>/dev/null; }
trap stop EXIT TERM INT
for _ in $(seq "$(nproc)"); do
  (while :; do :; done) &
  workers="$workers $!"
done
sleep "$duration" & wait $!
`;

const CPU_WINDOWS = `param([int]$duration = 120)
$jobs = 1..$env:NUMBER_OF_PROCESSORS | ForEach-Object { Start-Job { while ($true) { } } }
try { Start-Sleep -Seconds $duration } finally { $jobs | Stop-Job; $jobs | Remove-Job -Force }
`;

/** Takes the space at once where the file system can, else by writing. */
const DISK_LINUX = `#!/bin/sh
duration="\${duration:-\${1:-120}}"
size="\${size:-\${2:-1000}}"
path="\${path:-\${3:-/root/burn}}"
trap 'rm -f "$path"' EXIT TERM INT
fallocate -l "\${size}M" "$path" 2>/dev/null || dd if=/dev/zero of="$path" bs=1M count="$size" 2>/dev/null
sleep "$duration" & wait $!
`;

const DISK_WINDOWS = `param([int]$duration = 120, [long]$size = 1000, [string]$path = 'C:/burn')
try {
  $file = [System.IO.File]::Create($path)
  $file.SetLength($size * 1MB)
  $file.Close()
  Start-Sleep -Seconds $duration
} finally { Remove-Item -Force -ErrorAction SilentlyContinue $path }
`;

/** On the interface that leads outside, whatever its name. */
const LATENCY_LINUX = `#!/bin/sh
duration="\${duration:-\${1:-60}}"
delay="\${delay:-\${2:-200}}"
jitter="\${jitter:-\${3:-50}}"
device="$(ip route show default | sed -n 's/.* dev \\([^ ]*\\).*/\\1/p' | head -n 1)"
[ -n "$device" ] || { echo "no default route" >&2; exit 1; }
trap 'tc qdisc del dev "$device" root netem 2>/dev/null' EXIT TERM INT
tc qdisc add dev "$device" root netem delay "\${delay}ms" "\${jitter}ms" || exit 1
sleep "$duration" & wait $!
`;

const IO_LINUX = `#!/bin/sh
duration="\${duration:-\${1:-60}}"
file="$(mktemp /var/tmp/evenkeel-io.XXXXXX)"
trap 'rm -f "$file"' EXIT TERM INT
end=$(( $(date +%s) + duration ))
while [ "$(date +%s)" -lt "$end" ]; do
  dd if=/dev/zero of="$file" bs=1M count=64 conv=fsync 2>/dev/null
done
`;

export const SCRIPTS: Readonly<Record<ScriptName, { readonly linux: string; readonly windows?: string }>> = {
  cpu_stress_test: { linux: CPU_LINUX, windows: CPU_WINDOWS },
  fill_disk: { linux: DISK_LINUX, windows: DISK_WINDOWS },
  network_latency: { linux: LATENCY_LINUX },
  burn_io: { linux: IO_LINUX },
};
