/** Which address shows which page. Addresses stand behind `#`: the program has no server. */
import { createRouter, createWebHashHistory } from 'vue-router'
import Today from './pages/Today.vue'

/** Every component in its states; shown to who builds the program (`?gallery`). */
const showsGallery = import.meta.env.DEV || new URLSearchParams(location.search).has('gallery')

export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: '/', name: 'today', component: Today },
    ...(showsGallery ? [{ path: '/gallery', name: 'gallery', meta: { bare: true }, component: () => import('./gallery/Gallery.vue') }] : []),
    { path: '/:rest(.*)*', redirect: '/' },
  ],
})
