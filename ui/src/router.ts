/** Which address shows which page. Addresses stand behind `#`: the program has no server. */
import { createRouter, createWebHashHistory } from 'vue-router'
import Backup from './pages/Backup.vue'
import Canvass from './pages/Canvass.vue'
import Conflicts from './pages/Conflicts.vue'
import Council from './pages/Council.vue'
import Demands from './pages/Demands.vue'
import Exchange from './pages/Exchange.vue'
import FirstRun from './pages/FirstRun.vue'
import Ills from './pages/Ills.vue'
import MeetingMode from './pages/MeetingMode.vue'
import Order from './pages/Order.vue'
import Overview from './pages/Overview.vue'
import PaperPage from './pages/PaperPage.vue'
import People from './pages/People.vue'
import Policy from './pages/Policy.vue'
import Publicity from './pages/Publicity.vue'
import Requests from './pages/Requests.vue'
import RosterImport from './pages/RosterImport.vue'
import Seals from './pages/Seals.vue'
import Today from './pages/Today.vue'
import Unlock from './pages/Unlock.vue'

declare module 'vue-router' {
  interface RouteMeta {
    /** Without the frame: it fills the window. */
    bare?: boolean
    /** Shown however the copy stands. */
    free?: boolean
  }
}

/** Every component in its states; shown to who builds the program (`?gallery`). */
const showsGallery = import.meta.env.DEV || new URLSearchParams(location.search).has('gallery')

export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    // How the copy stands decides where this leads: see App.vue.
    { path: '/', component: { render: () => null } },
    { path: '/first-run', component: FirstRun, meta: { bare: true } },
    { path: '/unlock', component: Unlock, meta: { bare: true } },
    { path: '/today', component: Today },
    { path: '/requests/:id?', component: Requests, props: (to) => ({ request: to.params.id || null, late: to.query.which === 'overdue' }) },
    { path: '/requests/mediations/:id?', component: Requests, props: (to) => ({ mediations: true, mediation: to.params.id || null }) },
    { path: '/people/import', component: RosterImport },
    { path: '/people/:id?', component: People, props: (to) => ({ id: to.params.id || null }) },
    { path: '/council/:month?', component: Council, props: (to) => ({ month: to.params.month || null }) },
    { path: '/council/:month/meeting/:meeting', name: 'meeting', component: MeetingMode, props: true, meta: { bare: true } },
    { path: '/paper/:kind/:id', name: 'paper', component: PaperPage, props: (to) => ({ kind: to.params.kind, id: to.params.id, month: to.query.month ?? null, party: to.query.party ?? null }) },
    { path: '/publicity/:id?', component: Publicity, props: (to) => ({ id: to.params.id || null }) },
    { path: '/order/:id?', component: Order, props: (to) => ({ id: to.params.id || null }) },
    { path: '/canvass/:id?', component: Canvass, props: (to) => ({ id: to.params.id || null }) },
    { path: '/demands/:id?', component: Demands, props: (to) => ({ id: to.params.id || null }) },
    { path: '/seals', component: Seals, props: (to) => ({ of: to.query.of || null, matter: to.query.matter || null }) },
    { path: '/exchange', component: Exchange },
    { path: '/conflicts', component: Conflicts },
    { path: '/overview', component: Overview },
    { path: '/ills/:ill?', component: Ills, props: (to) => ({ ill: to.params.ill || null }) },
    { path: '/policy', component: Policy },
    { path: '/backup', component: Backup },
    ...(showsGallery ? [{ path: '/gallery', meta: { free: true }, component: () => import('./gallery/Gallery.vue') }] : []),
    { path: '/:rest(.*)*', redirect: '/' },
  ],
})
