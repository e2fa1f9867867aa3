/** How uses of a seal (用印登记) are said. */
import type { SealsView } from '../../bindings/SealsView'
import { dateWords } from '../../format'

/** How things stand, for the head of the page; the latest use comes first. */
export function sealsSentence({ uses, all, this_year }: Pick<SealsView, 'uses' | 'all' | 'this_year'>): string {
  const [last] = uses
  if (!last) return '还没有登记过用印。'
  const shown = all > uses.length ? `共 ${all} 次，下面是最近的 ${uses.length} 次。` : ''
  return `${this_year > 0 ? `今年用印 ${this_year} 次` : '今年还没有用印'}，最近一次 ${dateWords(last.on)}。${shown}`
}
