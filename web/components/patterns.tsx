/** Hatching for what was predicted or not measured, defined once for all charts of the page. */
export function Patterns() {
  return (
    <svg class="hidden" width="0" height="0" aria-hidden="true">
      <defs>
        {['bad', 'warn', 'unknown'].map((name) => (
          <pattern key={name} id={`hatch-${name}`} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <line class={`hatch-${name}`} x1="0" y1="0" x2="0" y2="6" stroke-width={name === 'unknown' ? 1.5 : 3} />
          </pattern>
        ))}
      </defs>
    </svg>
  );
}
