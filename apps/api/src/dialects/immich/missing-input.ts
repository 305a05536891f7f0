import { AppError } from '@hearth/contract'

/** Neither picture nor text, or the wrong one of them: 400 in this dialect. */
export class MissingInput extends AppError {
  constructor(hasOther = false) {
    super('invalid-input', 'Either image or text must be provided.', {
      ...(hasOther ? { hint: 'The other one was sent: visual takes an image, textual a text.' } : {}),
    })
  }
}
