/** How publicities (公示) are ordered, and how they are said. */
import type { MaskedName } from '../../bindings/MaskedName'
import type { PublicityLine } from '../../bindings/PublicityLine'
import type { PublicityStanding } from '../../bindings/PublicityStanding'
import { monthDay } from '../../format'

/** The groups of the page, in their order: what hangs now comes first. */
const groups: readonly { standing: PublicityStanding; title: string }[] = [
  { standing: 'hanging', title: '现在挂着的' },
  { standing: 'over', title: '期满待撤的' },
  { standing: 'coming', title: '还没到日子的' },
  { standing: 'taken_down', title: '已经撤下的' },
]

/** What comes first within its group: what ends or begins first; of those taken down the latest. */
function sooner(one: PublicityLine, other: PublicityLine): number {
  if (one.standing === 'taken_down') return (other.publicity.taken_down_on ?? '').localeCompare(one.publicity.taken_down_on ?? '')
  return one.standing === 'coming' ? one.publicity.from.localeCompare(other.publicity.from) : one.publicity.to.localeCompare(other.publicity.to)
}

/** The lines by how they stand; groups without any are left out. */
export function grouped(lines: readonly PublicityLine[]): { standing: PublicityStanding; title: string; lines: PublicityLine[] }[] {
  return groups.map((group) => ({ ...group, lines: lines.filter(({ standing }) => standing === group.standing).sort(sooner) })).filter((group) => group.lines.length > 0)
}

/** `公示中，还有 4 天`. */
export function standingWords({ standing, days_left, publicity }: PublicityLine): string {
  switch (standing) {
    case 'hanging': return days_left === 0 ? '公示中，今天最后一天' : `公示中，还有 ${days_left} 天`
    case 'over': return `期满 ${-days_left} 天，待撤下`
    case 'coming': return `${monthDay(publicity.from)}开始`
    case 'taken_down': return `${monthDay(publicity.taken_down_on ?? '')}已撤下`
  }
}

/** How things stand, for the head of the page. */
export function publicitySentence(lines: readonly PublicityLine[]): string {
  const many = (standing: PublicityStanding): number => lines.filter((line) => line.standing === standing).length
  const unanswered = lines.reduce((sum, line) => sum + line.unanswered, 0)
  const parts = [
    many('hanging') > 0 ? `现在挂着 ${many('hanging')} 份` : '现在没有挂着的公示',
    many('over') > 0 ? `${many('over')} 份期满，等撤下` : '',
    many('coming') > 0 ? `${many('coming')} 份还没到日子` : '',
    unanswered > 0 ? `${unanswered} 条异议没有答复` : '',
  ]
  return `${parts.filter(Boolean).join('，')}。`
}

/** What was found in a text that is to hang in public. */
export function maskSentence(found: readonly MaskedName[]): string {
  if (found.length === 0) return '没有发现住户姓名。'
  const masked = found.filter(({ kept }) => !kept)
  const times = found.reduce((sum, one) => sum + one.times, 0)
  if (masked.length === 0) return `发现住户姓名 ${times} 处，都写全名。`
  return `发现住户姓名 ${times} 处，公示时只写姓：${masked.map((one) => `${one.shown}（${one.times} 处）`).join('、')}。`
}

/** What came of it, as far as the objections say; nothing while one of them waits for its answer. */
export function likelyResult({ objections, unanswered }: PublicityLine): string {
  if (unanswered > 0) return ''
  return objections.length === 0 ? '公示期内没有收到异议。' : `公示期内收到异议 ${objections.length} 条，都已答复。`
}
