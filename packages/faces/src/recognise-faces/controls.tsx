import { boxClass, type ControlsProps, Field, numberOf, problemOf, SliderField, textOf } from '@hearth/ui'
import { Confidence } from '@hearth/ui/seeing'

/** Whom to look among, and how alike somebody has to be. */
export function RecogniseControls(props: ControlsProps) {
  const { values, defaults, change, problem, t } = props
  const threshold = numberOf(values, 'threshold')
  return (
    <>
      <Field label={t('collection')} problem={problemOf(problem, 'collection')}>
        {({ control, described }) => (
          <div className={`${boxClass} px-2.5`}>
            <input
              id={control}
              aria-describedby={described}
              value={textOf(values, 'collection')}
              placeholder={textOf(defaults, 'collection')}
              autoComplete="off"
              onChange={event => change({ collection: event.target.value || undefined })}
              className="h-[34px] w-full bg-transparent text-ink outline-none placeholder:text-muted max-sm:text-16"
            />
          </div>
        )}
      </Field>
      {threshold === undefined ? (
        <button
          type="button"
          onClick={() => change({ threshold: 0.5 })}
          className="-my-1 justify-self-start rounded-4 py-1 text-12 text-muted hover:text-bright"
        >
          {t('own_threshold')}
        </button>
      ) : (
        <SliderField
          label={t('threshold')}
          value={threshold}
          onChange={value => change({ threshold: value })}
          min={0}
          max={1}
          step={0.01}
          digits={2}
          problem={problemOf(problem, 'threshold')}
        />
      )}
      <Confidence {...props} />
    </>
  )
}
