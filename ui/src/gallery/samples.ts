/** Invented rows for the gallery. */
import type { Hit } from '../bindings/Hit'
import { matching, type Choice } from '../components/choices'
import type { Step } from '../components/StepBar.vue'
import type { Happening } from '../components/Timeline.vue'

/** A request as the list shows it. */
export interface Sample {
  number: string
  what: string
  who: string
  room: string
  due: string
  fen: number
}

export const steps: Step[] = [
  { key: 'gather', name: '收集民意', window: '1—5日', state: 'done', words: '已办完', count: '18 条意见' },
  { key: 'topics', name: '确定议题', window: '1—10日', state: 'done', words: '已办完', count: '6 个议题' },
  { key: 'council', name: '协商讨论', window: '11—20日', state: 'now', words: '还有 3 天', count: '15 日开会' },
  { key: 'tasks', name: '事项落实', window: '月底前', state: 'late', words: '逾期 2 天', count: '4 件在办' },
  { key: 'feedback', name: '监督反馈', window: '办结后 1 天内', state: 'ahead', words: '还没开始', count: '0 件' },
]

export const happenings: Happening[] = [
  { key: '1', who: '林书记', what: '改了“处理期限”', note: '11月12日 → 11月18日', when: '11月11日 16:20', from: '支部的电脑' },
  { key: '2', who: '陈副书记', what: '上门走访，记下双方的说法', note: '楼上住户同意先关水检查，请物业周三上午到场。', when: '11月9日 19:05', from: '陈家笔记本', decided: true },
  { key: '3', who: '林书记', what: '受理了这件诉求', when: '11月8日 09:12', from: '支部的电脑' },
]

const matters = ['楼道灯不亮', '外墙渗水，两家说法不一', '快递柜挡住消防通道', '晚上空调外机声音大', '绿地里有人种菜', '电梯里广告声音太响', '老人家想请人量血压']
const people = ['周秀英', '吴国强', '郑阿妹', '欧阳建华', '王桂兰', '李某某']

export function samples(many: number): Sample[] {
  return Array.from({ length: many }, (_, place) => ({
    number: `翠湖诉〔2024〕${place + 1}号`,
    what: matters[place % matters.length] ?? '',
    who: people[place % people.length] ?? '',
    room: `${(place % 12) + 1}幢${(place % 3) + 1}单元${(place % 18) + 1}0${(place % 4) + 1}`,
    due: `2024-11-${String((place % 28) + 1).padStart(2, '0')}`,
    fen: (place * 35_00) % 990_000_00,
  }))
}

export const rooms: Choice[] = Array.from({ length: 400 }, (_, place) => {
  const [building, unit, floor, door] = [Math.floor(place / 48) + 1, (Math.floor(place / 24) % 2) + 1, (Math.floor(place / 4) % 6) + 1, (place % 4) + 1]
  return {
    value: `${building}-${unit}-${floor}0${door}`,
    label: `${building}幢${unit}单元${floor}0${door}`,
    note: people[place % people.length],
    keywords: `${building}-${unit}-${floor}0${door} ${['zhouxiuying zxy', 'wuguoqiang wgq', 'zhengamei zam', 'ouyangjianhua oyjh', 'wangguilan wgl', 'li'][place % 6]}`,
  }
})

export const kinds: Choice[] = [
  { value: 'opinion', label: '意见', note: 'y' }, { value: 'request', label: '诉求', note: 's' }, { value: 'visit', label: '走访', note: 'z' },
]

/** A page picture for the paper preview: lines where text would stand. */
export function picture(page: number): string {
  const lines = Array.from({ length: 22 }, (_, line) => `<rect x="28" y="${70 + line * 9}" width="${line % 7 === 6 ? 90 : 156}" height="3" fill="#999"/>`).join('')
  const head = page === 0 ? '<rect x="40" y="38" width="130" height="10" fill="#b3261e"/>' : ''
  return `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" width="210" height="297" viewBox="0 0 210 297"><rect width="210" height="297" fill="#fff"/>${head}${lines}</svg>`)}`
}

/** What the find box finds among the samples. */
export async function seekSamples(text: string): Promise<Hit[]> {
  const found = matching(rooms, text).slice(0, 5).map((room): Hit => ({ kind: 'person', id: room.value, title: room.note ?? '', detail: room.label, month: null }))
  const cases = samples(7).filter(({ what }) => what.includes(text)).map((one): Hit => ({ kind: 'request', id: one.number, title: one.what, detail: one.number, month: null }))
  return [...found, ...cases]
}
