/**
 * The pages over made-up answers, to be looked at while building: `/src/gallery/pages.html` of the dev
 * server, with `?state=new|locked|empty|many|office|error`. No build takes this file in. Names and places are invented.
 */
import type { Ask } from '../bindings/Ask'
import type { DueLine } from '../bindings/DueLine'
import type { Hit } from '../bindings/Hit'
import type { MediationLine } from '../bindings/MediationLine'
import type { PersonLine } from '../bindings/PersonLine'
import type { RequestLine } from '../bindings/RequestLine'
import type { RosterRow } from '../bindings/RosterRow'
import type { StepView } from '../bindings/StepView'
import { affairs } from './affairs'

const state = new URLSearchParams(location.search).get('state') ?? 'open'
const now = '2024-11-12'
const status = {
  state: state === 'new' || state === 'locked' ? state : 'open', role: state === 'office' ? 'office' : 'secretary', title: '翠湖雅苑小区党支部', place: '临江区 望湖街道 东湖社区', person: '林文斌', copy: '支部的电脑', looking_at: state === 'office' ? { id: 'x', name: '翠湖雅苑' } : null,
  today: now, month: '2024-11', unsent: 12, conflicts: 1, joined: true, demo: false, version: '0.1.0', notice: null as string | null,
}
if (state === 'new') Object.assign(status, { title: null, person: null, copy: null, role: null })

const matters = ['楼道灯不亮，老人晚上下楼看不见', '外墙渗水，两家说法不一，楼上说是雨水管的事，楼下说是楼上卫生间漏的，已经吵了两回', '快递柜挡住消防通道', '晚上空调外机声音大', '绿地里有人种菜', '电梯里广告声音太响', '老人家想请人量血压']
const names = ['周秀英', '吴国强', '郑阿妹', '欧阳建华', '王桂兰', '李明月']
const categories = ['repairs', 'neighbours', 'safety', 'environment', 'parking', 'property', 'old_and_young'] as const
const states = ['working', 'registered', 'accepted', 'closed', 'answered'] as const
const room = (place: number): string => `${(place % 12) + 1}幢${(place % 3) + 1}单元${(Math.floor(place / 4) % 18) + 1}0${(place % 4) + 1}`

function person(place: number): PersonLine {
  return { id: `p${place}`, name: names[place % names.length] ?? '', room: room(place), relation: place % 3 ? '配偶' : '户主', sex: place % 2 ? 'male' : 'female', birth: '1958', phones: ['138****5678'], occupancy: place % 5 ? 'owner' : 'tenant', party_member: place % 7 === 0, checked_in: place % 14 === 0, conflict: place === 3 }
}
function request(place: number): RequestLine {
  const one = states[place % states.length] ?? 'working'
  return { id: `r${place}`, number: `CHYY-2024-${String(place + 1).padStart(4, '0')}`, text: matters[place % matters.length] ?? '', place: room(place), category: categories[place % categories.length] ?? 'other', state: one, urgency: place % 6 === 1 ? 'urgent' : 'normal', accepted_on: '2024-11-05', due_on: place % 3 === 0 ? '2024-11-10' : '2024-11-15', days_left: place % 3 === 0 ? -2 : 3, open: one !== 'answered' && one !== 'closed', conflict: place === 2 }
}
const steps: StepView[] = [
  { step: 'gather', title: '收集民意', from: '2024-11-01', to: '2024-11-05', state: 'done', state_zh: '按期完成', days_left: -7, count: 18, late: 0 },
  { step: 'choose', title: '确定议题', from: '2024-11-01', to: '2024-11-10', state: 'done_late', state_zh: '逾期完成', days_left: -2, count: 6, late: 0 },
  { step: 'consult', title: '协商讨论', from: '2024-11-11', to: '2024-11-20', state: 'open', state_zh: '进行中', days_left: 8, count: 0, late: 0 },
  { step: 'carry_out', title: '事项落实', from: '2024-11-11', to: '2024-11-30', state: 'late', state_zh: '已逾期', days_left: 18, count: 4, late: 1 },
  { step: 'report', title: '监督反馈', from: '2024-11-11', to: '2024-12-01', state: 'not_yet', state_zh: '未开始', days_left: 19, count: 0, late: 0 },
]
function due(place: number, days: number, kind = 'request'): DueLine {
  return { kind, id: `r${place}`, month: kind === 'request' ? null : '2024-11', title: matters[place % matters.length] ?? '', detail: `${room(place)} · ${names[place % 6]}`, due_on: `2024-11-${12 + days}`, days_left: days }
}
const mediation: MediationLine = { id: 'm1', number: 'CHYY-调-2024-003', parties: '周秀英、吴国强', facts: matters[1] ?? '', state: 'agreed', accepted_on: '2024-11-06', fen: 350000, conflict: false }
const verdicts = [['new', '新增'], ['changed', '变更'], ['same', '相同'], ['suspect', '存疑'], ['skipped', '跳过'], ['refused', '未导入']] as const
function rosterRow(place: number, only: string | null): RosterRow {
  const [verdict, zh] = verdicts.find(([one]) => one === only) ?? verdicts[place % 6] ?? verdicts[0]
  return { sheet: '一期', row: place + 3, verdict, verdict_zh: zh, name: names[place % 6] ?? '', room: room(place), reason: verdict === 'suspect' ? '手机号只有 10 位，先不收这个号码；其他栏照样导入。' : verdict === 'refused' ? '没有写房号。' : '', changes: verdict === 'changed' ? ['联系电话：138****5678 → 139****0000', '与户主关系：配偶 → 户主'] : [] }
}
const saved = (message: string) => ({ id: 'r1', save: 7, message, changed: ['request', 'person', 'mediation'] })
const failure = (message: string, advice: string, field: string | null = null) => { throw { code: 'sample', message, advice, field } }
const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms))
const drafts = new Map<string, string>()
let far = 0

async function answer(ask: Ask): Promise<unknown> {
  const empty = state === 'empty'
  const affair = affairs(ask, empty, state === 'many')
  if (affair !== undefined) return state === 'error' ? failure('这一页没有读出来。', '请再试一次。') : affair
  switch (ask.ask) {
    case 'status': return status
    case 'unlock': return ask.passphrase === 'wrong' ? failure('口令不对。', '请再试一次；分清大小写。', 'passphrase') : Object.assign(status, { state: 'open' })
    case 'create_demo': case 'create_branch': case 'create_office': case 'roster_preview': case 'roster_store':
      for (far = 0; far < 1000; far += 125) await sleep(150)
      if (ask.ask === 'roster_preview') return { file: '一期住户表.xlsx', sheets: ['一期', '二期'], rows: 1204, new: 812, changed: 61, same: 290, suspect: 23, skipped: 11, refused: 7, unknown_columns: ['微信沟通人', '车位面积'], known_columns: ['姓名', '房号', '联系电话', '与户主关系', '居住性质'] }
      if (ask.ask === 'roster_store') return { save: 9, message: '已导入：新增 835 人，变更 61 人。', added: 835, changed: 61, same: 290 }
      return Object.assign(status, { state: 'open', title: '翠湖雅苑小区党支部', role: 'secretary' })
    case 'progress': return { what: '正在核对名册', done: far, total: 1000 }
    case 'backups': return { suggested_name: '翠湖雅苑_备份_20241112_0900.xinghuo-backup', last: empty ? null : { at: '2024-11-08T16:20:00+08:00', file: '翠湖雅苑_备份_20241108_1620.xinghuo-backup', sentence: '已备份 2436 条记录、812 次保存（6120 KB）。已把备份读回核对，并打开检查过：和现在的数据一致。' } }
    case 'stop': return { message: '已停止。', changed: [] }
    case 'today': return empty
      ? { today: now, month: '2024-11', sentence: '11 月还没有记下民意。', steps: steps.map((one) => ({ ...one, state: 'not_yet', state_zh: '未开始', count: 0, late: 0 })), due_today: [], overdue: [], waiting: [], open_requests: 0, open_tasks: 0, people: 0, unsent: 0, last_sent: null, recent_opinions: 0 }
      : { today: now, month: '2024-11', sentence: '11 月议事会 15 日召开，6 件议题，2 件今天到期，1 件逾期。', steps, due_today: [due(0, 0), due(4, 0, 'task')], overdue: [due(2, -2)], waiting: [1, 3, 5, 6, 8, 9, 10, 11].map((place) => due(place, 4)), open_requests: 12, open_tasks: 4, people: 2436, unsent: 12, last_sent: '2024-11-08T16:20:00+08:00', recent_opinions: 18 }
    case 'find': {
      await sleep(20)
      const people = [0, 1, 2, 3].map((place): Hit => ({ kind: 'person', id: `p${place}`, title: names[place] ?? '', detail: `${room(place)} · 户主 · 138****5678`, month: null }))
      const cases = [0, 1].map((place): Hit => ({ kind: 'request', id: `r${place}`, title: matters[place] ?? '', detail: `CHYY-2024-000${place + 1} · 办理中`, month: null }))
      return /[zw周吴楼3]/.test(ask.text) ? [...people, ...cases] : []
    }
    case 'requests': {
      const total = empty ? 0 : ask.which === 'open' ? 12 : ask.which === 'overdue' ? 3 : 640
      return { total, open: empty ? 0 : 12, overdue: empty ? 0 : 3, requests: Array.from({ length: Math.min(100, total - ask.offset) }, (_, place) => request(ask.which === 'overdue' ? (ask.offset + place) * 15 : ask.which === 'open' ? (ask.offset + place) + Math.floor(place / 3) * 2 : ask.offset + place)) }
    }
    case 'request': {
      const line = request(Number(ask.id.slice(1)))
      return {
        request: { ...line, result: null, source: 'visit', requester: 'p0', handler: '陈副书记', closed_on: null, satisfaction: null }, line, requester: person(0),
        course: [{ on: '2024-11-09', text: '上门走访，记下双方的说法。楼上住户同意先关水检查，请物业周三上午到场。', person: '陈副书记' }, { on: '2024-11-05', text: '登记诉求', person: '林文斌' }],
        next: line.state === 'registered' ? ['accepted', 'refused', 'withdrawn'] : line.state === 'closed' ? ['answered', 'working'] : ['closed', 'withdrawn'], mediations: line.id === 'r1' ? [mediation] : [],
      }
    }
    case 'mediations': return empty ? [] : [mediation, { ...mediation, id: 'm2', parties: '郑阿妹、王桂兰、物业公司', state: 'talking', fen: 0 }]
    case 'mediation': return {
      mediation: { id: ask.id, number: mediation.number, request: 'r1', accepted_on: '2024-11-06', parties: ['周秀英', '吴国强'], category: 'neighbours', facts: '楼上卫生间防水层老化，渗水到楼下吊顶。楼下要求赔偿吊顶损失并修好防水。', mediator: '陈副书记', state: 'agreed', closed_on: null, committee: null },
      visits: [{ id: 'v1', mediation: ask.id, on: '2024-11-09', by: '陈副书记', text: '两家都在，关水半天后不再滴，确认是楼上防水。' }],
      terms: [
        { term: { id: 't1', mediation: ask.id, text: '楼上住户赔偿吊顶损失', fen: 350000, due_on: '2024-11-10', done_on: null }, money: '3,500.00元', capitals: '叁仟伍佰元整', late: true },
        { term: { id: 't2', mediation: ask.id, text: '楼上住户修好卫生间防水，费用自理，物业派人看着做闭水试验', fen: null, due_on: '2024-11-30', done_on: null }, money: null, capitals: null, late: false },
        { term: { id: 't3', mediation: ask.id, text: '当面道歉', fen: null, due_on: null, done_on: '2024-11-10' }, money: null, capitals: null, late: false },
      ],
      next: ['performed', 'ended'], paper_note: '没有写由哪个人民调解委员会盖章，打印出来是和解书。',
    }
    case 'buildings': return empty ? [] : Array.from({ length: 12 }, (_, place) => ({ building: String(place + 1), people: 180 + place * 4, rooms: 72 }))
    case 'people': return { total: ask.building ? 203 : 2436, offset: ask.offset, people: Array.from({ length: 100 }, (_, place) => person(ask.offset + place)) }
    case 'person': return { person: person(Number(ask.id.slice(1))), building: '3', unit: '2', room_only: '501', skills: '会修水电', employer: '青禾船厂（退休）', checked_in_on: null, id_number: '331003********1234', has_note: true, household: [person(1), person(2)], requests: [request(0), request(4)] }
    case 'reveal': return '13800005678'
    case 'roster_rows': return { total: ask.verdict ? 23 : 1204, rows: Array.from({ length: ask.verdict ? 23 : 100 }, (_, place) => rosterRow(ask.offset + place, ask.verdict)) }
    case 'history': return [{ action: '登记诉求', field: '办理时限', old: '2024-11-12', new: '2024-11-18', person: '林文斌', copy: '支部的电脑', at: '2024-11-11T16:20:00+08:00', decided: false, own: true }]
    case 'undo_offer': return null
    case 'attachments': return ask.record === 'r1' ? ['楼道积水.jpg', '物业的回复.pdf', '电表箱.jpg'].map((name, place) => ({ id: `a${place}`, name, media: name.endsWith('pdf') ? 'pdf' : 'jpeg', size: 412_000 + place * 90_000, on: '2024-11-06', person: '林文斌', here: place !== 2 })) : []
    case 'save_draft': drafts.set(ask.key, ask.text); return { message: '', changed: [] }
    case 'load_draft': return drafts.get(ask.key) ?? null
    case 'drop_draft': drafts.delete(ask.key); return { message: '', changed: [] }
    case 'add_request': return ask.text.includes('错') ? failure('受理日期不能晚于今天。', '请把日期改成今天或以前。', 'accepted_on') : saved(`已登记诉求 CHYY-2024-0019：${ask.text.slice(0, 12)}。`)
    default: return saved('已保存。')
  }
}

Object.assign(window, {
  isTauri: true,
  __TAURI_INTERNALS__: {
    transformCallback: () => 0,
    invoke: async (command: string, fields: { ask?: Ask }) => {
      if (command === 'ask' && fields.ask) return JSON.parse(JSON.stringify(await answer(fields.ask)))
      if (command === 'pick_file') return [{ path: 'file:1', name: '一期住户表.xlsx' }]
      if (command === 'pick_save') return { path: 'file:2', name: '结果.xlsx' }
      return []
    },
  },
})
void import('../main')
