import type { ComponentProps, ReactNode } from 'react'
import { classNames } from './class-names.ts'

const looks = {
  /** The one main action of a view. */
  main: 'bg-ember text-on-ember font-bold hover:bg-ember-hover disabled:opacity-55 disabled:hover:bg-ember',
  plain: 'border border-line bg-raised text-ink hover:bg-hover hover:border-line-strong disabled:opacity-50',
  quiet: 'text-muted hover:bg-hover hover:text-bright disabled:opacity-50',
  danger: 'border border-line bg-raised text-bad hover:bg-bad-soft disabled:opacity-50',
  /** Takes something away, among many of its kind. */
  quietDanger: 'text-bad hover:bg-bad-soft disabled:opacity-50',
  overlay: 'bg-overlay-button text-on-overlay hover:bg-overlay-button-hover',
}
const sizes = {
  small: 'h-[26px] px-2.5 text-12 gap-1.5 rounded-6',
  normal: 'h-8 px-3 text-13 gap-[7px] rounded-6',
  large: 'h-10 px-4 text-14 gap-2.5 rounded-8 w-full',
}

export interface ButtonProps extends ComponentProps<'button'> {
  look?: keyof typeof looks
  size?: keyof typeof sizes
}

const shape = 'inline-flex shrink-0 items-center justify-center whitespace-nowrap transition-colors select-none'

/** Class names of a button, for links that look like one. */
export function buttonClass(look: keyof typeof looks = 'plain', size: keyof typeof sizes = 'normal'): string {
  return classNames(shape, looks[look], sizes[size])
}

export function Button({ look = 'plain', size = 'normal', className, ...rest }: ButtonProps) {
  return <button type="button" {...rest} className={classNames(buttonClass(look, size), className)} />
}

const tones = {
  plain: 'text-muted hover:bg-hover hover:text-bright',
  danger: 'text-bad hover:bg-bad-soft',
  overlay: 'text-on-overlay hover:bg-overlay-button-hover',
}

export interface IconButtonProps extends Omit<ComponentProps<'button'>, 'children'> {
  label: string
  children: ReactNode
  small?: boolean
  active?: boolean
  /** `overlay`: on a picture. */
  tone?: 'plain' | 'danger' | 'overlay'
}

export function IconButton({ label, children, small, active, tone = 'plain', className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      data-hint={label}
      {...(active === undefined ? {} : { 'aria-pressed': active })}
      {...rest}
      className={classNames(
        'grid shrink-0 place-items-center rounded-6 transition-colors disabled:opacity-40',
        tones[tone],
        active ? 'bg-hover text-bright' : '',
        small ? 'size-[26px]' : 'size-[30px]',
        className,
      )}
    >
      {children}
    </button>
  )
}
