/** Columns and rows of a character's cell. */
export const glyphWidth = 5
export const glyphHeight = 7

/** Characters as they are seen, each five columns wide and a gap apart. */
const sheets: readonly [characters: string, rows: readonly string[]][] = [
  [
    '0123456789ABCDEF',
    [
      ' ###    #    ###   ###     #  #####   ##  #####  ###   ###    #   ####   ###  ####  ##### #####',
      '#   #  ##   #   # #   #   ##  #      #        # #   # #   #  # #  #   # #   # #   # #     #    ',
      '#  ##   #       #     #  # #  ####  #        #  #   # #   # #   # #   # #     #   # #     #    ',
      '# # #   #      #    ##  #  #      # ####    #    ###   #### #   # ####  #     #   # ####  #### ',
      '##  #   #     #       # #####     # #   #  #    #   #     # ##### #   # #     #   # #     #    ',
      '#   #   #    #    #   #    #  #   # #   #  #    #   #    #  #   # #   # #   # #   # #     #    ',
      ' ###   ###  #####  ###     #   ###   ###   #     ###   ##   #   # ####   ###  ####  ##### #    ',
    ],
  ],
  [
    'GHIJKLMNOPQRSTUV',
    [
      ' ###  #   #  ###    ### #   # #     #   # #   #  ###  ####   ###  ####   #### ##### #   # #   #',
      '#   # #   #   #      #  #  #  #     ## ## #   # #   # #   # #   # #   # #       #   #   # #   #',
      '#     #   #   #      #  # #   #     # # # ##  # #   # #   # #   # #   # #       #   #   # #   #',
      '# ### #####   #      #  ##    #     # # # # # # #   # ####  #   # ####   ###    #   #   # #   #',
      '#   # #   #   #      #  # #   #     #   # #  ## #   # #     # # # # #       #   #   #   # #   #',
      '#   # #   #   #   #  #  #  #  #     #   # #   # #   # #     #  #  #  #      #   #   #   #  # # ',
      ' #### #   #  ###   ##   #   # ##### #   # #   #  ###  #      ## # #   # ####    #    ###    #  ',
    ],
  ],
  [
    'WXYZ.,:#%',
    [
      '#   # #   # #   # #####                    # #  ##   ',
      '#   # #   # #   #     #               ##   # #  ##  #',
      '#   #  # #   # #     #                ##  #####    # ',
      '# # #   #     #     #                      # #    #  ',
      '# # #  # #    #    #            ##    ##  #####  #   ',
      '## ## #   #   #   #       ##     #    ##   # #  #  ##',
      '#   # #   #   #   #####   ##    #          # #     ##',
    ],
  ],
  [
    "-_/'()&+?",
    [
      '                    ##     #   #     ##          ### ',
      '                #   ##    #     #   #  #    #   #   #',
      '               #     #   #       #  # #     #       #',
      '#####         #     #    #       #   #    #####    # ',
      '             #           #       #  # # #   #     #  ',
      '            #             #     #   #  #    #        ',
      '      #####                #   #     ## #         #  ',
    ],
  ],
]

const glyphs = new Map<string, readonly string[]>([[' ', Array<string>(glyphHeight).fill(' '.repeat(glyphWidth))]])
for (const [characters, rows] of sheets) {
  for (const [index, character] of [...characters].entries()) {
    const from = index * (glyphWidth + 1)
    glyphs.set(
      character,
      rows.map(row => row.slice(from, from + glyphWidth)),
    )
  }
}

/** Whether the character is inked at that place. Small letters look like capitals, unknown characters like `?`. */
export function inked(character: string, x: number, y: number): boolean {
  const glyph = glyphs.get(character.toUpperCase()) ?? glyphs.get('?')
  return glyph?.[y]?.[x] === '#'
}
