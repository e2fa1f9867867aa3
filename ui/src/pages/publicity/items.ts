/** What must be published (应公示事项), and what of it was. An item reads `业委会：物业服务合同`: whose it is, then what. */
import type { PublicityItem } from '../../bindings/PublicityItem'

/** Whose an item is, and what it is; one without a mark is nobody's. */
export function partsOf(item: string): { whose: string; what: string } {
  const mark = item.search(/[：:]/u)
  return mark < 0 ? { whose: '', what: item } : { whose: item.slice(0, mark), what: item.slice(mark + 1) }
}

/** `关于物业服务合同的公示`. */
export function titleOf(item: string): string {
  return `关于${partsOf(item).what}的公示`
}

/** The items by whose they are, in their order. */
export function byWhose(items: readonly PublicityItem[]): { whose: string; items: PublicityItem[] }[] {
  return [...new Set(items.map(({ item }) => partsOf(item).whose))].map((whose) => ({ whose, items: items.filter(({ item }) => partsOf(item).whose === whose) }))
}

/** `14 项里 3 项公示过，1 项正在公示。` */
export function itemsSentence(items: readonly PublicityItem[]): string {
  const [once, now] = [items.filter(({ publicity }) => publicity !== null).length, items.filter(({ hanging }) => hanging).length]
  return `${items.length} 项里 ${once} 项公示过${now > 0 ? `，${now} 项正在公示` : ''}。`
}
