import { Select } from '@base-ui/react/select'
import { Check } from 'lucide-react'
import { SelectFace, type SelectProps, selectFaceClass } from './select-face.tsx'

/** The real control behind `SelectField`; opens as soon as it is there. */
export function SelectList({ control, described, ...props }: SelectProps) {
  return (
    <Select.Root
      defaultOpen
      value={props.value}
      items={props.options.map(option => ({ value: option.value, label: option.label }))}
      onValueChange={next => {
        if (next !== null) props.onChange(next)
      }}
    >
      <Select.Trigger
        id={control}
        aria-describedby={described}
        aria-label={props.spoken}
        className={selectFaceClass(props.tall)}
      >
        <SelectFace {...props} />
      </Select.Trigger>
      <Select.Portal>
        <Select.Positioner sideOffset={6} alignItemWithTrigger={false} className="z-50">
          <Select.Popup className="max-h-(--available-height) min-w-(--anchor-width) overflow-y-auto rounded-10 border border-line bg-raised p-1 shadow-card outline-none">
            <Select.List>
              {props.options.map(option => (
                <Select.Item
                  key={option.value}
                  value={option.value}
                  disabled={option.disabled ?? false}
                  className="flex cursor-pointer items-center gap-2.5 rounded-6 px-2.5 py-1.5 outline-none select-none data-disabled:cursor-not-allowed data-disabled:opacity-50 data-highlighted:bg-hover"
                >
                  <span className="min-w-0 flex-1">
                    <Select.ItemText className="block truncate text-13 text-ink">{option.label}</Select.ItemText>
                    {option.detail ? <span className="block truncate text-12 text-muted">{option.detail}</span> : null}
                  </span>
                  {option.sign}
                  <Select.ItemIndicator className="text-ember-ink">
                    <Check size={16} aria-hidden />
                  </Select.ItemIndicator>
                </Select.Item>
              ))}
            </Select.List>
          </Select.Popup>
        </Select.Positioner>
      </Select.Portal>
    </Select.Root>
  )
}
