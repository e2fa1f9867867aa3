import { describe, expect, it } from 'vitest'
import { NONE, picked, withNone } from './matters'

const choices = [{ value: 'a', label: '关于停车' }]
describe('what a record is about', () => {
  it('may be nothing', () => {
    expect(withNone(choices, null, null).map(({ value }) => value)).toEqual([NONE, 'a'])
    expect([picked(NONE), picked('a'), picked(null)]).toEqual([null, 'a', null])
  })
  it('stays what it is though its month is past', () => {
    expect(withNone(choices, 'z', '议题：关于绿化').at(-1)).toEqual({ value: 'z', label: '议题：关于绿化' })
    expect(withNone(choices, 'a', '关于停车')).toHaveLength(2)
  })
})
