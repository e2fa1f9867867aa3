/** The pages' start: sizes, keys, the routes, the frame. */
import { createApp } from 'vue'
import App from './App.vue'
import { press, typing } from './keys'
import { router } from './router'
import { startSize } from './size'
import './styles/base.css'

startSize()
window.addEventListener('keydown', press)
// The web view's own menu (reload, back, save picture) is no part of the program; a field keeps its copy and paste.
window.addEventListener('contextmenu', (event) => {
  if (!typing(event.target)) event.preventDefault()
})
createApp(App).use(router).mount('#app')
