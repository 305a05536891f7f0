/** A fire in its hearth. */
export function Mark({ size = 20 }: { size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
      strokeLinejoin="round"
      className="shrink-0 text-ember"
      aria-hidden="true"
    >
      <path d="M4 21V10.5C4 6 7.6 3 12 3s8 3 8 7.5V21" />
      <path d="M12 20c2.4 0 4-1.5 4-3.7 0-2.6-2.6-3.4-3-6.3-2.200 1.300-5 3.700-5 6.600C8 18.700 9.600 20 12 20Z" />
    </svg>
  )
}
