/** The floor plan of a canvass, and how the keyboard walks through it. */
import type { CanvassBuilding } from '../../bindings/CanvassBuilding'
import type { CanvassRoom } from '../../bindings/CanvassRoom'

/** One room in the grid. */
export interface Cell {
  key: string
  building: string
  room: CanvassRoom
}
/** A floor: its name, where the room numbers tell one. */
export interface Floor {
  name: string
  cells: Cell[]
}
/** A staircase (单元) of a building. */
export interface Unit {
  key: string
  building: string
  unit: string | null
  floors: Floor[]
}

/** `3幢`, or the name as it is. */
export function buildingName(building: string): string {
  return building === '' ? '没写楼栋' : /^\d+$/.test(building) ? `${building}幢` : building
}

/** `3幢2单元`. */
export function unitName({ building, unit }: { building: string; unit: string | null }): string {
  return `${buildingName(building)}${unit ? `${unit}${/^\d+$/.test(unit) ? '单元' : ''}` : ''}`
}

/** `3幢2单元 501`. */
export function roomName({ building, room }: Pick<Cell, 'building' | 'room'>): string {
  return `${unitName({ building, unit: room.unit })} ${room.room}`
}

/** The floor a room number tells: 12 of 1203. */
export function floorOf(room: string): string {
  return /^(\d{1,2})\d{2}$/.exec(room.trim())?.[1] ?? ''
}

const natural = new Intl.Collator('zh-CN', { numeric: true })

/** Unit by unit, floor by floor, figures as figures (9 before 10). */
export function plan(buildings: readonly CanvassBuilding[]): Unit[] {
  const units = new Map<string, Unit>()
  for (const { building, rooms } of buildings) {
    for (const room of rooms) {
      const key = `${building}|${room.unit ?? ''}`
      const cell = { key: `${key}|${room.room}`, building, room }
      const unit = units.get(key) ?? { key, building, unit: room.unit, floors: [] }
      units.set(key, unit)
      const name = floorOf(room.room)
      const floor = unit.floors.find((one) => one.name === name)
      if (floor) floor.cells.push(cell)
      else unit.floors.push({ name, cells: [cell] })
    }
  }
  for (const { floors } of units.values()) {
    floors.sort((one, other) => natural.compare(one.name, other.name))
    for (const { cells } of floors) cells.sort((one, other) => natural.compare(one.room.room, other.room.room))
  }
  return [...units.values()].sort((one, other) => natural.compare(one.building, other.building) || natural.compare(one.unit ?? '', other.unit ?? ''))
}

/** Only the rooms that `shows` lets through; floors and units without any are left out. */
export function only(units: readonly Unit[], shows: (cell: Cell) => boolean): Unit[] {
  return units.map((unit) => ({ ...unit, floors: unit.floors.map((floor) => ({ ...floor, cells: floor.cells.filter(shows) })).filter(({ cells }) => cells.length > 0) })).filter(({ floors }) => floors.length > 0)
}

/** Every room in the order one walks. */
export function cellsOf(units: readonly Unit[]): Cell[] {
  return units.flatMap(({ floors }) => floors.flatMap(({ cells }) => cells))
}

/** The room after this one; the last one stays. Null where it is not in the plan. */
export function after(units: readonly Unit[], at: string): Cell | null {
  return move(units, at, 'ArrowRight')
}

/**
 * Where a key leads from a room: left and right from room to room, up and down from floor to floor (and on into the
 * next unit), Home and End along a floor, the Page keys from unit to unit. Null for any other key.
 */
export function move(units: readonly Unit[], at: string, key: string): Cell | null {
  const floors = units.flatMap((unit, place) => unit.floors.map(({ cells }) => ({ cells, place })))
  const row = floors.findIndex(({ cells }) => cells.some((cell) => cell.key === at))
  const here = floors[row]
  if (!here) return null
  const column = here.cells.findIndex((cell) => cell.key === at)
  const inRow = (to: number, wanted: number): Cell | null => {
    const { cells } = floors[Math.max(0, Math.min(to, floors.length - 1))] ?? here
    return cells[Math.max(0, Math.min(wanted, cells.length - 1))] ?? null
  }
  const ofUnit = (place: number): Cell | null => units[Math.max(0, Math.min(place, units.length - 1))]?.floors[0]?.cells[0] ?? null
  switch (key) {
    case 'ArrowRight': return column + 1 < here.cells.length || row + 1 === floors.length ? inRow(row, column + 1) : inRow(row + 1, 0)
    case 'ArrowLeft': return column > 0 || row === 0 ? inRow(row, column - 1) : inRow(row - 1, Infinity)
    case 'ArrowDown': return inRow(row + 1, column)
    case 'ArrowUp': return inRow(row - 1, column)
    case 'Home': return inRow(row, 0)
    case 'End': return inRow(row, Infinity)
    case 'PageDown': return ofUnit(here.place + 1)
    case 'PageUp': return ofUnit(here.place - 1)
    default: return null
  }
}
