import { describe, expect, it } from 'vitest'
import { placeOf } from './places'

describe('where a record lives', () => {
  it.each([
    ['person', null, '/people/x'], ['request', null, '/requests/x'], ['mediation', null, '/requests/mediations/x'],
    ['publicity', null, '/publicity/x'], ['house_rule', null, '/order/x'], ['campaign', null, '/order/x'],
    ['canvass', null, '/canvass/x'], ['demand', null, '/demands/x'],
    ['opinion', '2024-11', '/council/2024-11?step=gather'], ['topic', '2024-11', '/council/2024-11'],
    ['task', '2024-11', '/council/2024-11?step=carry_out'], ['task', null, '/council?step=carry_out'], ['feedback', '2024-11', '/council/2024-11?step=report'],
    ['party_body', null, '/council'], ['delegate', null, '/council'],
  ])('a %s of %s is at %s', (kind, month, place) => expect(placeOf(kind, 'x', month)).toBe(place))
})
