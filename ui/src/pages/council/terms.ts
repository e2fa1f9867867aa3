/** The words of the monthly loop (五方五步), code by code. */
import type { AssemblyBasis } from '../../bindings/AssemblyBasis'
import type { Body } from '../../bindings/Body'
import type { BodyState } from '../../bindings/BodyState'
import type { Choice } from '../../bindings/Choice'
import type { MeetingKind } from '../../bindings/MeetingKind'
import type { MeetingStage } from '../../bindings/MeetingStage'
import type { MeetingState } from '../../bindings/MeetingState'
import type { OwnerMatter } from '../../bindings/OwnerMatter'
import type { Party } from '../../bindings/Party'
import type { Presence } from '../../bindings/Presence'
import type { TaskState } from '../../bindings/TaskState'
import type { TopicStage } from '../../bindings/TopicStage'
import type { TopicState } from '../../bindings/TopicState'
import type { Choice as PartyChoice } from '../../components/choices'
import { choicesOf } from '../../labels'

export const parties: Record<Party, string> = {
  community: '社区两委', owners: '业委会', property: '物业企业', society: '社会组织', residents: '居民群众代表',
}
export const topicStates: Record<TopicState, string> = {
  candidate: '候选', chosen: '已确定', dropped: '不采纳', passed: '通过', rejected: '未通过', shelved: '搁置', to_owners: '转业主大会',
}
export const meetingKinds: Record<MeetingKind, string> = { council: '议事会', emergency: '紧急议事会', party_assembly: '大党委会议', branch_committee: '支委会', assembly: '居民会议' }
export const meetingStages: Record<MeetingStage, string> = {
  planned: '等发通知', notified: '已通知，等开会', signing_in: '正在签到', running: '正在开', draft: '已散会，纪要待核稿', checked: '已核稿，待定稿',
  final: '纪要已定稿', correcting: '纪要正在更正', corrected: '纪要已定稿（更正版）',
}
/** Whether people are invited by name: they take up what has passed, and decide nothing for all. */
export function isByName(kind: MeetingKind): boolean {
  return kind === 'party_assembly' || kind === 'branch_committee'
}
export const assemblyBases: Record<AssemblyBasis, string> = { adults: '十八周岁以上居民', households: '每户派代表', representatives: '居民代表' }
/** What an assembly is counted by. */
export function unitOf(basis: AssemblyBasis): string {
  return basis === 'households' ? '户' : '人'
}
/** Whether it is still to be held. */
export function isAhead(state: MeetingState): boolean {
  return state === 'planned' || state === 'notified'
}
/** Whether its minutes may still be completed. */
export function isDraft(state: MeetingState): boolean {
  return state === 'closed' || state === 'checked'
}
export const topicStages: Record<TopicStage, string> = {
  candidate: '候选', chosen: '已确定', dropped: '不采纳', consulted: '已协商', passed: '通过', rejected: '未通过', shelved: '搁置', to_owners: '转业主大会',
  carrying_out: '落实中', carried_out: '已落实，待反馈', reported: '已反馈', filed: '归档', carried_over: '已结转',
}
export const presences: Record<Exclude<Presence, 'observer'>, string> = { present: '到会', proxy: '代会', leave: '请假', absent: '缺席' }
export const ballots: Record<Choice, string> = { yes: '同意', no: '反对', abstain: '弃权', recused: '回避' }
export const bodyStates: Record<BodyState, string> = { normal: '正常', reelecting: '换届中', resigned: '集体辞职', vacant: '缺位', stand_in: '由物业管理委员会代行' }
/** The parties to pick from; beside a name stands how its body is, where it does not stand as usual. */
export function partyChoices(bodies: readonly Body[]): PartyChoice[] {
  return choicesOf(parties).map((choice) => {
    const body = bodies.find(({ party, state }) => party === choice.value && state !== 'normal')
    return body ? { ...choice, note: bodyStates[body.state] } : choice
  })
}
export const taskStates: Record<TaskState, string> = { open: '待办', doing: '正在办', done: '已完成', carried_over: '已结转', verified: '已核验', returned: '退回重办' }
export const ownerMatters: Record<OwnerMatter, string> = {
  rules: '制定修改业主大会议事规则', covenant: '制定修改管理规约', election: '选举或更换业主委员会',
  property_firm: '选聘解聘物业服务企业', spend_fund: '使用维修资金', raise_fund: '筹集维修资金',
  rebuild: '改建重建建筑物及附属设施', common_use: '改变共有部分用途或利用共有部分经营', other_major: '有关共有和共同管理权利的其他重大事项',
}

/** What the law says of a matter of the owners. */
export const ownersDecide = '这件事须由业主共同决定（民法典第二百七十八条、台州市物业管理条例第十六条）。会上可以讨论、提出建议；表决后转业主大会，不算通过。'
