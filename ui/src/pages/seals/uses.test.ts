import { describe, expect, it } from 'vitest'
import type { SealUse } from '../../bindings/SealUse'
import { sealsSentence } from './uses'

const use = (on: string): SealUse => ({ id: on, on, seal: '小区党支部章', matter: '纪要', copies: 1, used_by: '林', approved_by: '陈', kept_by: '吴', of: null })

describe('uses of a seal', () => {
  it('are summed up in a sentence', () => {
    expect(sealsSentence({ uses: [], all: 0, this_year: 0 })).toBe('还没有登记过用印。')
    expect(sealsSentence({ uses: [use('2024-11-08'), use('2024-01-02'), use('2023-12-30')], all: 3, this_year: 2 })).toBe('今年用印 2 次，最近一次 2024年11月8日。')
    expect(sealsSentence({ uses: [use('2023-12-30')], all: 1, this_year: 0 })).toBe('今年还没有用印，最近一次 2023年12月30日。')
  })
  it('say how many are shown where there are more', () => {
    expect(sealsSentence({ uses: [use('2024-11-08')], all: 730, this_year: 612 })).toBe('今年用印 612 次，最近一次 2024年11月8日。共 730 次，下面是最近的 1 次。')
  })
})
