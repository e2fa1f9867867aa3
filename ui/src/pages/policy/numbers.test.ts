import { describe, expect, it } from 'vitest'
import type { Policy } from '../../bindings/Policy'
import { keptNames, policyWords, shareWords, stepNames, windowWords } from './numbers'

const window = { from: 1, to: 5 }
const policy = (more: Partial<Policy> = {}): Policy => ({
  name: '试行', version: 1, method: '', step_names: [], notice_text: '', closing_text: '', gather: window, choose: window, consult: window, carry_out: window, report_days: 1,
  quorum: [2, 3], pass_over: [1, 2], assembly_quorum_over: [1, 2], assembly_pass_over: [1, 2], assembly_demand: [1, 5], notice_days: 3, publicity_days: 7, publicity_items: [], campaign_days: 31, demand_days: 15, request_days: 7, urgent_days: 1, ...more,
})

describe('what the five steps are called', () => {
  it('is the usual word where there is none of one\'s own', () => {
    expect(stepNames(policy())).toEqual(['收集民意', '确定议题', '协商讨论', '事项落实', '监督反馈'])
    expect(stepNames(policy({ step_names: ['进嘉门', '话嘉长', '立嘉规'] }))).toEqual(['进嘉门', '话嘉长', '立嘉规', '事项落实', '监督反馈'])
    expect(stepNames(policy({ step_names: ['', ' ', '立嘉规'] }))[0]).toBe('收集民意')
  })
  it.each([
    [['进嘉门', '话嘉长', ' 立嘉规 ', '', ''], ['进嘉门', '话嘉长', '立嘉规']], [['', '', '立嘉规', '', ''], ['', '', '立嘉规']], [['', ' ', '', '', ''], []], [['一', '二', '三', '四', '五'], ['一', '二', '三', '四', '五']],
  ])('%j is kept as %j', (typed, kept) => expect(keptNames(typed)).toEqual(kept))
})

describe('the numbers of a pack', () => {
  it('are said with what they are for', () => {
    const words = Object.fromEntries(policyWords(policy({ step_names: ['进嘉门'], publicity_items: ['业委会：决定', '物业：收费'] })))
    expect(words['五步叫']).toBe('进嘉门、确定议题、协商讨论、事项落实、监督反馈')
    expect(words['应公示的事项']).toBe('2 项')
  })
  it('leave out what is not said', () => {
    const words = Object.fromEntries(policyWords(policy({ step_names: ['', ''] })))
    expect([words['五步叫'], words['工作法'], words['应公示的事项']]).toEqual([undefined, undefined, '没有列'])
  })
  it('are read as shares and days', () => {
    expect([shareWords([2, 3]), windowWords(window), windowWords({ from: 11, to: 31 })]).toEqual(['三分之二', '1—5日', '11日—月底'])
  })
})
