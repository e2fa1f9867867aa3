/** Made-up answers for 公示, 规则整治, 逐户走访, 督促函, 用印 and the year of councils. Names and places are invented. */
import type { Ask } from '../bindings/Ask'
import type { CampaignLine } from '../bindings/CampaignLine'
import type { CanvassLine } from '../bindings/CanvassLine'
import type { CanvassResult } from '../bindings/CanvassResult'
import type { CanvassRoom } from '../bindings/CanvassRoom'
import type { CanvassView } from '../bindings/CanvassView'
import type { CouncilYear } from '../bindings/CouncilYear'
import type { DemandLine } from '../bindings/DemandLine'
import type { IllsView } from '../bindings/IllsView'
import type { MaskedText } from '../bindings/MaskedText'
import type { OrderView } from '../bindings/OrderView'
import type { PolicyView } from '../bindings/PolicyView'
import type { PublicityItem } from '../bindings/PublicityItem'
import type { PublicityLine } from '../bindings/PublicityLine'
import type { SealsView } from '../bindings/SealsView'
import type { SiteLine } from '../bindings/SiteLine'
import type { SiteState } from '../bindings/SiteState'
import type { Topic } from '../bindings/Topic'
import { addDays, daysBetween } from '../format'

const now = '2024-11-12'
const topic = (id: string, title: string): Topic => ({ id, month: '2024-11', title, opinions: [], state: 'passed', reason: null, decided_on: '2024-11-08', benefit: true, owner_matter: null, sponsor: null, carried_from: null, outside: null, outside_on: null })
const topics = [topic('t1', '关于电动车充电棚选址的规定'), topic('t2', '关于楼道堆物清理的规定')]
const items = ['业委会：共有部分经营的收入和支出', '物业：电梯、消防等设施的维护', '业委会：业主大会和业委会的决定', '业委会：物业服务合同', '业委会：维修资金的筹集和使用', '物业：服务内容、标准和收费', '物业：报修和投诉的办理']
const publicityItems: PublicityItem[] = items.map((item, place) => ({ item, last: place < 3 ? addDays('2024-11-10', -place * 120) : null, publicity: place < 3 ? `g${place}` : null, hanging: place === 0 }))

function publicity(place: number, standing: PublicityLine['standing'], from: string, more: Partial<PublicityLine> = {}): PublicityLine {
  const to = addDays(from, 6)
  return {
    publicity: {
      id: `g${place}`, title: place % 2 ? '关于小区公共收益收支情况的公示' : '关于电动车充电棚选址的公示', from, to, places: ['各幢楼道', '北门公告栏', '党群服务站'], contact: '党群服务站，0576-8888 1234（上午）', of: 't1',
      text: '经 11 月议事会表决通过，拟在 2 幢北侧建电动车充电棚 24 个车位。\n建设期间由周某、物业陈经理负责；费用 35,000 元，从公共收益中支出。\n公示期内如有异议，请向小区党支部反映。',
      item: items[place % items.length] ?? null, taken_down_on: standing === 'taken_down' ? addDays(to, 1) : null, result: standing === 'taken_down' ? '公示期内没有收到异议。' : null,
    },
    standing, days_left: daysBetween(now, to), objections: [], unanswered: 0, files: 0, about: '议题：关于电动车充电棚选址的规定', ...more,
  }
}
const publicities = (many: boolean): PublicityLine[] => [
  publicity(0, 'hanging', '2024-11-10', {
    unanswered: 1, files: 2, objections: [
      { id: 'o1', publicity: 'g0', on: '2024-11-11', by: '2幢 郑女士', text: '离我家窗户只有 6 米，晚上充电怕不安全，希望再往北挪。', answer: null, answered_on: null },
      { id: 'o2', publicity: 'g0', on: '2024-11-10', by: '3幢 吴先生', text: '24 个位子够不够？', answer: '先建 24 个，用满以后再议第二期。', answered_on: '2024-11-11' },
    ],
  }),
  publicity(1, 'over', '2024-11-01'), publicity(2, 'coming', '2024-11-15'),
  ...Array.from({ length: many ? 60 : 2 }, (_, place) => publicity(place + 3, 'taken_down', addDays('2024-10-08', -place * 9))),
]

const places = ['3幢2单元1楼楼道堆纸箱', '5幢地下车库飞线充电', '7幢西侧绿地种菜', '1幢1单元电表箱前停电动车', '9幢2单元6楼楼道鞋柜，通道只剩半米，轮椅过不去', '12幢北侧消防通道堆建筑垃圾', '4幢1单元杂物']
function site(place: number, state: SiteState): SiteLine {
  return { site: { id: `s${place}`, campaign: 'k1', place: places[place % places.length] ?? '', found_on: '2024-11-02', state, fixed_on: state === 'found' ? null : '2024-11-07', checked_on: state === 'checked' ? '2024-11-10' : null, note: state === 'checked' ? '陈副书记去看过，已清走' : null }, files: 0 }
}
function campaign(id: string, title: string, until: string, states: SiteState[], more: Partial<CampaignLine> = {}): CampaignLine {
  const sites = states.map((state, place) => site(place, state))
  const [fixed, checked] = [states.filter((one) => one !== 'found').length, states.filter((one) => one === 'checked').length]
  const ended = states.length > 0 && checked === states.length
  return {
    campaign: { id, title, rule: 'h1', from: '2024-11-01', until, with: '街道综合执法队，消防整改通知书（临消改〔2024〕18号）' }, rule_title: '小区飞线充电管理规定', sites, found: states.length, fixed, checked,
    sentence: states.length === 0 ? '还没有登记点位。' : `发现 ${states.length} 处，整改 ${fixed} 处，复查 ${checked} 处。`, days_left: daysBetween(now, until), late: !ended && until < now, ended, ...more,
  }
}
const orderView = (many: boolean): OrderView => ({
  rules: [{ rule: { id: 'h1', title: '小区飞线充电管理规定', text: '电动车一律到充电棚充电，不得从家中拉线。\n楼道、门厅不停电动车，不充电池。\n发现飞线充电，由楼长当面提醒，三天内拆除。\n三次不改的，在公告栏公示楼号。', topic: 't1', since: '2024-10-20', until: null }, in_force: true, adopted: '2024年10月议事会：关于电动车充电棚选址的规定' }],
  campaigns: [
    campaign('k1', '楼道堆物、飞线充电', '2024-11-30', Array.from({ length: many ? 120 : 7 }, (_, place) => (['found', 'fixed', 'checked'] as const)[place % 3] ?? 'found')),
    campaign('k2', '毁绿种菜', '2024-11-09', ['found', 'checked']), campaign('k3', '车棚僵尸车', '2024-10-31', ['checked', 'checked'], { rule_title: null }),
  ],
  adopted: topics,
})

const kinds: CanvassResult[] = ['agrees', 'objects', 'either', 'not_home', 'no_answer']
const written = new Map<string, Partial<CanvassRoom>>()
function canvassView(many: boolean): CanvassView {
  const buildings = Array.from({ length: many ? 12 : 2 }, (_, b) => ({
    building: String(b + 1), rooms: [1, 2, 3].flatMap((unit) => Array.from({ length: (many ? 18 : 6) * 4 }, (_, place): CanvassRoom => {
      const room = `${Math.floor(place / 4) + 1}0${(place % 4) + 1}`
      const result = (place * 7 + unit * 3 + b) % 9
      const known = result < 5 && place < 20
      return { unit: String(unit), room, result: known ? (kinds[result] ?? null) : null, on: known ? '2024-11-09' : null, by: known ? '林文斌' : null, note: result === 1 && known ? '担心电梯吵' : null, visits: known ? 1 : 0, ...written.get(`${b + 1}|${unit}|${room}`) }
    })),
  }))
  const rooms = buildings.flatMap((one) => one.rooms)
  const results = kinds.map((kind) => rooms.filter(({ result }) => result === kind).length)
  const visited = rooms.filter(({ result }) => result !== null).length
  const met = visited - (results[3] ?? 0)
  const line: CanvassLine = { canvass: { id: 'c1', question: '同意在本单元加装电梯吗？', topic: 't1', from: '2024-11-05', until: null, buildings: [] }, rooms: rooms.length, visited, met, results, sentence: `共 ${rooms.length} 户，走到 ${visited} 户，见到人 ${met} 户（${((100 * met) / rooms.length).toFixed(1)}%）。` }
  return { line, buildings }
}

function demand(place: number, due: string, replied: string | null): DemandLine {
  const unit = ['临江区绿城物业服务有限公司翠湖雅苑服务中心', '临江区住房和城乡建设局', '临江供电公司'][place % 3] ?? ''
  return {
    demand: { id: `d${place}`, to: (['property_firm', 'department', 'other'] as const)[place % 3] ?? 'other', unit, subject: ['关于尽快修复3幢2单元电梯的函', '关于请求维修外墙渗水的函', '关于增设路灯的函'][place % 3] ?? '', text: '3 幢 2 单元电梯自 10 月 20 日起停运，住户多为老人，上下楼十分不便。\n请在 11 月 20 日前修复，并把维修记录张贴在轿厢内。', topic: 't1', sent_on: addDays(due, -15), due_on: due, replied_on: replied, reply: replied ? '已约维保单位，11 月 18 日更换曳引机；更换期间派人值守。' : null },
    topic_title: place % 2 ? null : '关于电梯维修的协商', days_left: daysBetween(now, due), late: replied === null && due < now, files: place === 1 ? 1 : 0,
  }
}
const demands = (many: boolean): DemandLine[] => [demand(0, '2024-11-20', null), demand(1, '2024-11-09', null), ...Array.from({ length: many ? 40 : 1 }, (_, place) => demand(place + 2, addDays('2024-11-02', -place * 8), addDays('2024-11-01', -place * 8)))]

const seals = (many: boolean): SealsView => ({
  seals: ['业委会章', '小区党支部章'], all: many ? 400 : 6, this_year: 6,
  uses: Array.from({ length: many ? 400 : 6 }, (_, place) => ({
    id: `y${place}`, on: addDays('2024-11-08', -place * 9), seal: place % 3 ? '小区党支部章' : '业委会章', copies: (place % 3) + 1, used_by: '何干事', approved_by: '林文斌', kept_by: ['陈副书记', '欧阳建华'][place % 2] ?? '', of: null,
    matter: ['11月议事会纪要，报社区', '关于尽快修复3幢2单元电梯的函，送临江区绿城物业服务有限公司翠湖雅苑服务中心，并抄送临江区住房和城乡建设局', '关于电动车充电棚选址的公示，张贴'][place % 3] ?? '',
  })),
})

const year = (year: number, empty: boolean): CouncilYear => ({
  year, councils: empty ? 0 : 11, full: empty ? 0 : 9, unanswered_demands: empty ? 0 : 2,
  months: Array.from({ length: year < 2024 ? 12 : 11 }, (_, place) => {
    const here = (number: number): number => (empty ? 0 : number)
    return { month: `${year}-${String(place + 1).padStart(2, '0')}`, opinions: here(12 + ((place * 7) % 11)), chosen: here(place === 1 ? 0 : 3 + (place % 3)), dropped: here(place % 4 === 0 ? 1 : 0), councils: here(place === 1 ? 0 : place === 6 ? 2 : 1), no_topic: !empty && place === 1, passed: here(place === 1 ? 0 : 2 + (place % 3)), rejected: here(place % 5 === 2 ? 1 : 0), to_owners: here(place % 6 === 3 ? 1 : 0), tasks: here(place === 1 ? 0 : 4), done: here(place === 1 ? 0 : place === 10 ? 1 : 4), late: here(place === 10 ? 2 : 0), carried: here(place % 5 === 4 ? 1 : 0), told: here(place === 1 ? 0 : place === 10 ? 1 : 4), told_in_time: here(place === 1 ? 0 : place === 10 ? 1 : 3) }
  }),
  sources: empty ? [] : [['走访', 96], ['居民群', 41], ['来访', 22], ['电话', 9], ['12345转办', 3]].map(([name, count]) => ({ name: String(name), count: Number(count) })),
  categories: empty ? [] : [['设施修缮', 58], ['停车秩序', 37], ['环境卫生', 31], ['公共安全', 20], ['邻里文明', 12], ['物业纠纷', 8], ['一老一小', 4], ['其他', 1]].map(([name, count]) => ({ name: String(name), count: Number(count) })),
  parties: ([['community', '社区两委', 22, 22], ['owners', '业委会', 33, 30], ['property', '物业企业', 22, 20], ['society', '社会组织', 11, 9], ['residents', '居民群众代表', 110, 97]] as const).map(([party, title, invited, present]) => ({ party, title, invited: empty ? 0 : invited, present: empty ? 0 : present })),
})
const ills = (year: number, empty: boolean): IllsView => ({
  year, period: `${year}年1—11月`, compounds: [],
  figures: ([['together', '大家的事大家定', 24, 24, '切身利益的议题，在一方以上到会的议事会上表决'], ['answered', '遇事有回音', 61, 64, '到期的诉求和要反馈的事，按时答复'], ['carried_out', '议定就落实', 37, 40, '议定的事项，按期办完']] as const).map(([ill, title, kept, of, counts]) => ({ ill, title, kept: empty ? 0 : kept, of: empty ? 0 : of, counts })),
})
const policies: PolicyView = {
  packs: [], may_issue: true, earliest: '2024-12', issuer: '东湖社区',
  current: { name: '程序自带参数', version: 0, method: '', step_names: ['进嘉门', '话嘉长', '立嘉规'], notice_text: '因故不能到会的，请提前告知，并委托本方其他人员代会。', closing_text: '各责任方按期落实，完成后{days}天内反馈。', gather: { from: 1, to: 5 }, choose: { from: 1, to: 10 }, consult: { from: 11, to: 20 }, carry_out: { from: 11, to: 31 }, report_days: 1, quorum: [2, 3], pass_over: [1, 2], assembly_quorum_over: [1, 2], assembly_pass_over: [1, 2], assembly_demand: [1, 5], notice_days: 3, publicity_days: 7, publicity_items: items, campaign_days: 31, demand_days: 15, request_days: 7, urgent_days: 1 },
}

/** The answer to a question of these pages; undefined to any other. */
export function affairs(ask: Ask, empty: boolean, many: boolean): unknown {
  switch (ask.ask) {
    case 'publicity_items': return empty ? publicityItems.map((one) => ({ ...one, last: null, publicity: null, hanging: false })) : publicityItems
    case 'seals': return empty ? { uses: [], all: 0, this_year: 0, seals: [] } : seals(many)
    case 'save_seal_use': if (ask.kept_by === ask.approved_by) throw { code: 'form', message: '印章要由批准人以外的人保管。', advice: '请改一改。', field: 'kept_by' }; return undefined
    case 'ills': return ills(ask.year ?? 2024, empty)
    case 'ill_lines': return empty ? [] : [{ kind: 'task', id: 'k', compound: 'x', compound_name: '翠湖雅苑', month: '2024-11', on: '2024-11-10', title: '修好3幢2单元电梯', kept: false, detail: '逾期 2 天，物业企业' }]
    case 'council_year': return year(ask.year ?? 2024, empty)
    case 'policies': return policies
    case 'publicities': return empty ? [] : publicities(many)
    case 'mask_text': {
      const found = ['周秀英', '欧阳建华', '林文斌'].map((name) => ({ name, shown: name.startsWith('欧阳') ? '欧阳某' : `${name[0]}某`, times: ask.text.split(name).length - 1, kept: ask.keep.includes(name) })).filter(({ times }) => times > 0)
      return { text: found.reduce((text, one) => (one.kept ? text : text.replaceAll(one.name, one.shown)), ask.text), found } satisfies MaskedText
    }
    case 'take_down': throw { code: 'rule', message: '还有异议没有答复，答复以后再写公示结果。', advice: '请核对后再试，已填的内容都还在。', field: null }
    case 'order': return empty ? { rules: [], campaigns: [], adopted: [] } : orderView(many)
    case 'canvasses': return empty ? [] : [canvassView(many).line]
    case 'canvass': return canvassView(many)
    case 'add_canvass_visit':
      written.set(`${ask.building}|${ask.unit}|${ask.room}`, { result: ask.result, on: ask.on, by: ask.by, note: ask.note, visits: 1 })
      return { id: 'v1', save: 8, message: `已记下：${ask.building}幢${ask.unit}单元 ${ask.room}。`, changed: ['canvass_visit'] }
    case 'demands': return empty ? [] : demands(many)
    case 'council': return { month: '2024-11', title: '', sentence: '', policy: { publicity_days: 7, campaign_days: 31, demand_days: 15 }, steps: [], no_topic: null, opinions: [], topics: topics.map((one) => ({ topic: one })), meetings: [], tasks: [], months: [], delegates: [], bodies: [], next_policy: null, carried: [] }
    default: return undefined
  }
}
