#include "python/template_worker.h"

#include "platform/worker_process.h"
#include "python/template_renderer.h"

namespace connector {

int run_template_host() {
  TemplateRenderer renderer;
  serve_as_host({.before_fork = TemplateRenderer::before_fork,
                 .after_fork = TemplateRenderer::after_fork,
                 .work = [&renderer](Channel& channel) { renderer.serve(channel); }});
  return 0;
}

}  // namespace connector
