import { describe, expect, it } from 'vitest'
import type { PublicityItem } from '../../bindings/PublicityItem'
import { byWhose, itemsSentence, partsOf, titleOf } from './items'

const item = (name: string, last: string | null = null, hanging = false): PublicityItem => ({ item: name, last, publicity: last && 'g', hanging })

describe('what must be published', () => {
  it.each([
    ['业委会：物业服务合同', '业委会', '物业服务合同', '关于物业服务合同的公示'], ['物业:电梯：年检', '物业', '电梯：年检', '关于电梯：年检的公示'], ['公共收益', '', '公共收益', '关于公共收益的公示'],
  ])('«%s» is of «%s»', (name, whose, what, title) => {
    expect(partsOf(name)).toEqual({ whose, what })
    expect(titleOf(name)).toBe(title)
  })
  it('stands by whose it is', () => {
    const items = [item('业委会：决定'), item('物业：收费'), item('业委会：合同'), item('公共收益')]
    expect(byWhose(items).map((group) => [group.whose, group.items.length])).toEqual([['业委会', 2], ['物业', 1], ['', 1]])
  })
  it('is summed up in a sentence', () => {
    expect(itemsSentence([item('a'), item('b')])).toBe('2 项里 0 项公示过。')
    expect(itemsSentence([item('a', '2024-03-04'), item('b', '2024-11-10', true), item('c')])).toBe('3 项里 2 项公示过，1 项正在公示。')
  })
})
