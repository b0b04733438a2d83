/** An eye that is open: somebody is looking. */
export function Logo({ size = 22 }: { readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 32 32"
      aria-hidden
      focusable="false"
      style={{ flex: 'none' }}
    >
      <rect width="32" height="32" rx="7" fill="#2e5b8b" />
      <path
        d="M5 16c3-5 7-7.5 11-7.5S24 11 27 16c-3 5-7 7.5-11 7.5S8 21 5 16Z"
        fill="none"
        stroke="#fff"
        strokeWidth="2"
      />
      <circle cx="16" cy="16" r="3.5" fill="#fff" />
    </svg>
  );
}
