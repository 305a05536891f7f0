/** States that the list can be narrowed to. */
export const jobStateFilters = ['running', 'queued', 'succeeded', 'failed', 'cancelled'] as const
