/** How the numbers of a policy pack (制度参数) are said. */
import type { Policy } from '../../bindings/Policy'

/** A share of people as it is said: 三分之二. */
export function shareWords([part, whole]: readonly [number, number]): string {
  const figures = '零一二三四五六七八九十'
  return `${figures[whole] ?? whole}分之${figures[part] ?? part}`
}

/** The five steps as they are usually called (五步). */
export const STEPS = ['收集民意', '确定议题', '协商讨论', '事项落实', '监督反馈'] as const

/** What the pack calls them: the usual word where it has none of its own. */
export function stepNames({ step_names }: Pick<Policy, 'step_names'>): string[] {
  return STEPS.map((usual, place) => step_names[place]?.trim() || usual)
}

/** Names typed for some of the steps, as a pack keeps them: empty ones only before a name. */
export function keptNames(typed: readonly string[]): string[] {
  const names = typed.map((name) => name.trim())
  return names.slice(0, names.map(Boolean).lastIndexOf(true) + 1)
}

/** The shares that are offered. */
export const shares: readonly (readonly [number, number])[] = [[1, 2], [3, 5], [2, 3], [3, 4], [4, 5]]
/** The shares of residents that may demand an assembly (居民会议), as they are offered. */
export const demandShares: readonly (readonly [number, number])[] = [[1, 10], [1, 5], [1, 4], [1, 3]]

/** Days of the month, `1—5日`, `11日—月底`. */
export function windowWords({ from, to }: { from: number; to: number }): string {
  return to >= 31 ? `${from}日—月底` : `${from}—${to}日`
}

/** The numbers that are no windows, each with what it is for. */
export function policyWords(policy: Policy): [string, string][] {
  return [
    ...(policy.method ? [['工作法', policy.method] as [string, string]] : []),
    ...(policy.step_names.some((name) => name.trim()) ? [['五步叫', stepNames(policy).join('、')] as [string, string]] : []),
    ['会议通知', policy.notice_days > 0 ? `提前 ${policy.notice_days} 天` : '不作要求'],
    ['法定人数', `应到代表的${shareWords(policy.quorum)}以上到会`],
    ['表决通过', `同意的超过在场的${shareWords(policy.pass_over)}`],
    ['居民会议', `超过应到的${shareWords(policy.assembly_quorum_over)}到会，同意的超过在场的${shareWords(policy.assembly_pass_over)}；${shareWords(policy.assembly_demand)}以上提议应当召集`],
    ['监督反馈', `办完后 ${policy.report_days} 天内`],
    ['公示', `${policy.publicity_days} 天`],
    ['应公示的事项', policy.publicity_items.length > 0 ? `${policy.publicity_items.length} 项` : '没有列'],
    ['整治行动', `${policy.campaign_days} 天内完成`],
    ['督促函', `请对方 ${policy.demand_days} 天内答复`],
    ['诉求答复', `${policy.request_days} 天内`],
    ['紧急诉求', `${policy.urgent_days} 天内`],
  ]
}
