// One-line templates that crash, hang or hoard: none takes this process, the host of workers or another sync with it.
#include <gtest/gtest.h>

#include <sys/resource.h>

#include <chrono>
#include <string>
#include <vector>

#include "python/template_worker.h"
#include "python/templates.h"

namespace connector::template_bombs_test {

const std::vector<const char*> crashers = {
    "{{ import('time').pthread_getcpuclockid(1) }}",
    "{% set ns = namespace(t=()) %}{% for i in range(400000) %}{% set ns.t = (ns.t,) %}{% endfor %}{{ {ns.t: 1}|length "
    "}}",
    "{% set ns = namespace(t=[]) %}{% for i in range(90000) %}{% set ns.t = [ns.t] %}{% endfor %}{{ ns.t == [ns.t] }}",
    "{% set ns = namespace(t={}) %}{% for i in range(90000) %}{% set ns.t = {1: ns.t} %}{% endfor %}{{ ns.t|string }}",
    "{% set ns = namespace(t=()) %}{% for i in range(90000) %}{% set ns.t = (ns.t,) %}{% endfor %}{{ ns.t < (ns.t,) }}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% macro m(n) %}{{ caller() }}{% endmacro %}{% call m(1) %}{{ m(2) }}{% endcall %}",
    "{% set l = [] %}{% set _ = l.append(l) %}{{ l|tojson }}",
    "{% set l = [] %}{% set _ = l.append(l) %}{{ l == [l] }}",
    "{% set d = {} %}{% set _ = d.update({'d': d}) %}{{ d|pprint }}",
    "{{ import('json').loads('[' * 90000) }}",
    "{{ import('json').loads('{\"a\":' * 90000) }}",
    "{{ import('re').compile('(' * 9000 ~ ')' * 9000) }}",
    "{{ import('datetime').datetime.fromtimestamp(10 ** 400) }}",
    "{{ import('struct').unpack('999999999999s', 'a'.encode()) }}",
    "{{ '{:99999999999}'.format(1) }}",
    "{{ '%99999999999d' % 1 }}",
    "{{ ''.join(range(3)) }}",
    "{{ {}[{}] }}",
    "{{ 1 // 0 }}",
    "{{ self._TemplateReference__context.environment }}",
};

const std::vector<const char*> hangers = {
    "{{ 5|round(-300000000) }}",
    "{{ 5|round(300000000) }}",
    "{% set n = 9 ** 100000 %}{% for i in range(99999) %}{% set _ = (n * n) // (n + i) %}{% endfor %}",
    "{{ ([[1]] * 60000)|sum(start=[])|length }}",
    "{{ import('re').match('(a+)+$', 'a' * 60 ~ 'b') }}",
    "{{ import('re').sub('(x+x+)+y', '', 'x' * 80) }}",
    "{{ import('hashlib').pbkdf2_hmac('sha512', 'a'.encode(), 'b'.encode(), 9000000) }}",
    "{{ import('time').sleep(1000) }}",
    "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "{% for a in range(99999) recursive %}{{ loop(range(99999)) }}{% endfor %}",
    "{{ range(99999)|list|sort(reverse=true)|map('string')|join|length ** 99999 }}",
    "{{ (range(99999)|list * 90)|unique|list|length }}",
    "{{ 7 ** 99999 % 3 ** 99999 }}",
    "{{ (9 ** 99999)|string|length }}",
    "{{ ('9' * 4000)|int ** 999 }}",
    "{{ ('a' * 9999999)|wordwrap(1)|length }}",
    "{{ ('<' * 999999)|striptags }}",
    "{{ ('http://a ' * 99999)|urlize|length }}",
    "{{ ('a ' * 999999)|title|wordcount }}",
    "{{ lipsum(n=9999, html=false) }}",
    "{% set c = cycler(1, 2) %}{% for i in range(99999) %}{% for j in range(9999) %}{{ c.next() }}{% endfor %}{% "
    "endfor "
    "%}",
};

const std::vector<const char*> hoarders = {
    "{{ 'a' * 10 ** 10 }}",
    "{{ 'a' * 10 ** 9 }}",
    "{{ [1] * 10 ** 9 }}",
    "{{ [1] * 10 ** 8 }}",
    "{{ (1,) * 10 ** 8 }}",
    "{{ 10 ** (10 ** 8) }}",
    "{{ 2 << 999999999 }}",
    "{{ 'a'|center(999999999) }}",
    "{{ 'a'|indent(99999999) ~ ('\\n' * 999)|indent(999999) }}",
    "{{ '%999999999s' % 'a' }}",
    "{{ '{:999999999}'.format('a') }}",
    "{{ ('a' * 9999999)|batch(1)|list|length }}",
    "{{ ('a' * 9999999)|list|length }}",
    "{{ range(99999)|map('string')|list|join('x' * 99999) }}",
    "{% set ns = namespace(s='a') %}{% for i in range(99) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}{{ ns.s }}",
    "{% set ns = namespace(l=[1]) %}{% for i in range(99) %}{% set ns.l = ns.l + ns.l %}{% endfor %}{{ ns.l }}",
    "{% set ns = namespace(l=[]) %}{% for i in range(40) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}",
    "{% set d = {} %}{% for i in range(99999) %}{% set _ = d.update({i: 'x' * 99999 ~ i}) %}{% endfor %}{{ d }}",
    "{% for a in range(9999) %}{{ 'x' * 99999 }}{% endfor %}",
    "{{ import('re').findall('', 'a' * 99999999) }}",
};

/// The most memory that a child of this process took, and the children of those, in bytes.
std::size_t peak_of_children() {
  rusage usage{};
  ::getrusage(RUSAGE_CHILDREN, &usage);
  return static_cast<std::size_t>(usage.ru_maxrss) << 10;
}

std::string error_of(Templates& templates, const std::string& source) {
  try {
    templates.render_native(source, {});
    return "";
  } catch (const TemplateError& error) {
    return error.what();
  }
}

TEST(TemplateBombs, AreTheirOwnSyncsMatter) {
  std::vector<const char*> bombs = crashers;
  bombs.insert(bombs.end(), hangers.begin(), hangers.end());
  bombs.insert(bombs.end(), hoarders.begin(), hoarders.end());
  ASSERT_GE(bombs.size(), 60U);
  {
    WorkerHost host(template_host_word, CONNECTOR_PROGRAM);
    const TemplateLimits limits{.time = std::chrono::milliseconds(100)};
    Templates templates(host, limits);
    Templates others(host, TemplateLimits{});
    std::size_t errors = 0;
    for (const char* bomb : bombs) {
      const std::string error = error_of(templates, bomb);
      errors += error.empty() ? 0 : 1;
      EXPECT_LT(error.size(), 3000U) << bomb;
      EXPECT_EQ(others.render_native("{{ 1 + 1 }}", {}), 2) << bomb;
    }
    EXPECT_GE(errors, 45U) << "most of them cannot be rendered at all";
  }
#ifndef __SANITIZE_ADDRESS__  // under which a worker's memory is not limited
  EXPECT_LT(peak_of_children(), std::size_t{300} << 20);
#endif
}

}  // namespace connector::template_bombs_test
