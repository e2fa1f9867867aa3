import { describe, expect, it } from 'vitest'
import type { SealUse } from '../../bindings/SealUse'
import { sealsSentence } from './uses'

const use = (on: string): SealUse => ({ id: on, on, seal: '小区党支部章', matter: '纪要', copies: 1, used_by: '林', approved_by: '陈', kept_by: '吴', of: null })

describe('uses of a seal', () => {
  it('are summed up in a sentence', () => {
    expect(sealsSentence([], '2024-11-12')).toBe('还没有登记过用印。')
    expect(sealsSentence([use('2024-11-08'), use('2024-01-02'), use('2023-12-30')], '2024-11-12')).toBe('今年用印 2 次，最近一次 2024年11月8日。')
    expect(sealsSentence([use('2023-12-30')], '2024-11-12')).toBe('今年还没有用印，最近一次 2023年12月30日。')
  })
})
