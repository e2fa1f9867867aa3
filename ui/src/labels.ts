/** The words on screen for the codes in records (the same as on every paper). */
import type { CanvassResult } from './bindings/CanvassResult'
import type { Category } from './bindings/Category'
import type { DemandTo } from './bindings/DemandTo'
import type { ErasureReason } from './bindings/ErasureReason'
import type { MediationState } from './bindings/MediationState'
import type { Occupancy } from './bindings/Occupancy'
import type { RequestState } from './bindings/RequestState'
import type { Satisfaction } from './bindings/Satisfaction'
import type { Sex } from './bindings/Sex'
import type { SiteState } from './bindings/SiteState'
import type { Source } from './bindings/Source'
import type { Choice } from './components/choices'

export const categories: Record<Category, string> = {
  safety: '公共安全', neighbours: '邻里文明', property: '物业纠纷', repairs: '设施修缮',
  environment: '环境卫生', parking: '停车秩序', old_and_young: '一老一小', other: '其他',
}
/** The letter that picks a category where one is picked by key: of its pinyin where that is free. */
export const categoryKeys: Record<Category, string> = {
  safety: 'a', neighbours: 'l', property: 'w', repairs: 'x', environment: 'h', parking: 't', old_and_young: 'e', other: 'q',
}
export const sources: Record<Source, string> = {
  counter: '来访', visit: '走访', phone: '电话', chat_group: '居民群', hotline: '12345转办', office: '社区交办', council: '议事会',
}
export const requestStates: Record<RequestState, string> = {
  registered: '登记', accepted: '受理', refused: '不受理', working: '办理中', closed: '办结', answered: '已反馈', withdrawn: '撤回',
}
export const mediationStates: Record<MediationState, string> = {
  accepted: '受理', talking: '调解中', agreed: '达成协议', failed: '未达成', ended: '终止', performed: '已履行',
}
export const satisfactions: Record<Satisfaction, string> = { satisfied: '满意', fair: '基本满意', dissatisfied: '不满意', unknown: '未评价' }
export const occupancies: Record<Occupancy, string> = { owner: '自住', tenant: '租住', vacant: '空置' }
export const erasureReasons: Record<ErasureReason, string> = { asked: '本人要求', moved: '已搬离', expired: '保存期已满', mistake: '误登记' }
export const sexes: Record<Sex, string> = { male: '男', female: '女' }
export const siteStates: Record<SiteState, string> = { found: '待整改', fixed: '已整改', checked: '已复查' }
export const canvassResults: Record<CanvassResult, string> = { agrees: '赞成', objects: '反对', either: '都可以', not_home: '家中无人', no_answer: '不愿表态' }
export const demandTos: Record<DemandTo, string> = { property_firm: '物业企业', department: '职能部门', other: '其他单位' }

/** The codes as choices of a picker, in their order. */
export function choicesOf(labels: Record<string, string>): Choice[] {
  return Object.entries(labels).map(([value, label]) => ({ value, label }))
}
