// What templates of a compromised cloud may try: each is an error of its own sync, and of the record it happens in.
#include "python/template_worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "python/render_mapping.h"
#include "python/templates.h"

namespace connector::template_worker_test {

using testing::HasSubstr;
using testing::IsEmpty;

class TemplateWorker : public testing::Test {
 protected:
  static WorkerHost& host() {
    static WorkerHost shared(template_host_word, CONNECTOR_PROGRAM);
    return shared;
  }

  static std::string error_of(Templates& templates, const std::string& source, const Variables& variables = {}) {
    try {
      templates.render_native(source, variables);
    } catch (const TemplateError& error) {
      return error.what();
    }
    return "";
  }

  static constexpr TemplateLimits short_time{.time = std::chrono::milliseconds(300)};
  Templates templates{host(), short_time};
  Templates others{host(), short_time};
};

constexpr const char* crash = "{{ import('time').pthread_getcpuclockid(1) }}";
/// The hash of a tuple that is nested too deeply for C's stack.
constexpr const char* overflow =
    "{% set ns = namespace(t=()) %}{% for i in range(400000) %}{% set ns.t = (ns.t,) %}{% endfor %}"
    "{{ {ns.t: 1}|length }}";

TEST_F(TemplateWorker, ACrashIsAnErrorOfItsTemplate) {
  Variables variables;
  variables.set("x", 7);
  for (const char* source : {crash, overflow}) {
    EXPECT_EQ(others.render_native("{{ x + 1 }}", variables), 8);
    EXPECT_THAT(error_of(templates, source), HasSubstr("cannot be rendered")) << source;
    EXPECT_EQ(templates.render_native("{{ x + 1 }}", variables), 8) << "a new worker takes over";
    EXPECT_EQ(others.render_native("{{ x + 1 }}", variables), 8);
  }
}

TEST_F(TemplateWorker, WhatCannotBeEndedFromWithinIsEndedFromWithout) {
  const std::vector<std::string> hangs = {
      "{{ 5|round(-300000000) }}",
      "{% set n = 9 ** 100000 %}{% for i in range(99999) %}{% set _ = (n * n) // (n + i) %}{% endfor %}",
      "{{ ([[1]] * 60000)|sum(start=[])|length }}",
      "{{ import('re').match('(a+)+$', 'a' * 60 ~ 'b') }}",
      "{{ import('hashlib').pbkdf2_hmac('sha512', 'a'.encode(), 'b'.encode(), 9000000) }}",
      "{{ import('time').sleep(1000) }}",
      "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
  };
  for (const std::string& source : hangs) {
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_THAT(error_of(templates, source), HasSubstr("takes too long")) << source;
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20)) << source;
    EXPECT_EQ(others.render_native("{{ 1 + 1 }}", {}), 2);
  }
}

TEST_F(TemplateWorker, WhatHangsWhenItIsCompiledIsNotCompiledAgain) {
  const std::string hang = "{{ 5|round(-300000000) }}";  // its value is worked out then
  EXPECT_THAT(error_of(templates, hang), HasSubstr("takes too long"));
  Variables variables;
  variables.set("rows", Json::array({1}));
  templates.render_native("{{ rows.append(2) }}", variables);
  EXPECT_THAT(error_of(templates, hang), HasSubstr("takes too long"));
  EXPECT_EQ(templates.render_native("{{ rows|length }}", variables), 2) << "the same worker is still there";
}

TEST_F(TemplateWorker, OthersGoOnMeanwhile) {
  std::thread bomb([&] { error_of(templates, "{{ 5|round(-300000000) }}"); });
  for (int i = 0; i < 100; ++i) EXPECT_EQ(others.render_native("{{ 1 + 1 }}", {}), 2);
  bomb.join();
}

TEST_F(TemplateWorker, MemoryThatPilesUpInAVariableIsThatSyncsMatter) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "under AddressSanitizer a worker's memory is not limited: its shadow counts as data";
#endif
  Templates patient{host(), TemplateLimits{}};
  Variables variables;
  variables.set("inputs", Json::object());
  std::string error;
  for (int i = 0; i < 60 && error.empty(); ++i) {
    error = error_of(patient, "{{ inputs.update({'k" + std::to_string(i) + "': 'x' * 10000000}) }}", variables);
  }
  EXPECT_THAT(error, HasSubstr("memory"));
  EXPECT_EQ(others.render_native("{{ 1 + 1 }}", {}), 2);
}

TEST_F(TemplateWorker, WhatTemplatesDoToModulesIsTheirOwnMatter) {
  templates.render_native("{{ import('random').seed(1) }}", {});
  others.render_native("{{ import('random').seed(1) }}", {});
  const Json first = templates.render_native("{{ import('random').random() }}", {});
  templates.render_native("{{ import('random').random() }}", {});
  EXPECT_EQ(others.render_native("{{ import('random').random() }}", {}), first);
}

TEST_F(TemplateWorker, OneRecordThatCrashesIsNotTheOthers) {
  const MappingSource source =
      templates.read_mapping("{{ import('time').pthread_getcpuclockid(1) if n == 3 else n + 1 }}");
  const MappingSource other = templates.read_mapping("{{ n * 2 }}");
  const std::vector<const MappingSource*> sources = {&other, &source};
  std::vector<Json> records;
  for (int n = 0; n < 5; ++n) records.push_back({{"n", n}});
  std::vector<const Json*> pointers;
  std::vector<MappingQuestion> questions;
  for (std::size_t i = 0; i < records.size(); ++i) {
    pointers.push_back(&records[i]);
    for (std::size_t field : {0, 1}) questions.push_back({.record = i, .source = field});
  }
  templates.map(sources, pointers, questions);
  for (const MappingQuestion& question : questions) {
    if (question.record == 3) {
      EXPECT_THAT(question.error, HasSubstr("pthread_getcpuclockid"));
      EXPECT_THAT(question.error, HasSubstr("the process that rendered it"));
    } else {
      EXPECT_THAT(question.error, IsEmpty());
      EXPECT_EQ(question.json, std::to_string(question.source == 0 ? question.record * 2 : question.record + 1));
    }
  }
}

TEST_F(TemplateWorker, TheTemplateThatCrashedIsNamed) {
  const MappingSource no_template = templates.read_mapping("{{ (");
  const MappingSource crashing = templates.read_mapping(crash);
  const std::vector<const MappingSource*> sources = {&no_template, &crashing};
  const Json record = Json::object();
  const std::vector<const Json*> records = {&record};
  std::vector<MappingQuestion> questions = {{.record = 0, .source = 0}, {.record = 0, .source = 1}};
  templates.map(sources, records, questions);
  EXPECT_THAT(questions[1].error, HasSubstr("pthread_getcpuclockid"));
}

TEST_F(TemplateWorker, WhatTemplatesHadChangedIsNotTakenForUnchanged) {
  Variables variables;
  variables.set("rows", Json::array({1}));
  variables.set("x", 1);
  templates.render_native("{{ rows.append(2) }}", variables);
  EXPECT_NE(error_of(templates, crash), "");
  EXPECT_THAT(error_of(templates, "{{ rows|length }}", variables), HasSubstr("lost"));
  EXPECT_EQ(templates.render_native("{{ x + 1 }}", variables), 2);
}

TEST_F(TemplateWorker, AHostThatIsEndedIsStartedAgain) {
  WorkerHost mortal(template_host_word, CONNECTOR_PROGRAM);
  {
    Templates first(mortal);
    EXPECT_EQ(first.render_native("{{ 1 + 1 }}", {}), 2);
    ASSERT_EQ(std::system("kill -9 $(pgrep -n -x connector -P $PPID)"), 0);  // of this program's children the newest
    std::string error;
    for (int i = 0; i < 500 && error.empty(); ++i) {  // its workers follow it, soon
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      error = error_of(first, "{{ 1 + 2 }}");
    }
    EXPECT_THAT(error, HasSubstr("was ended"));
  }
  Templates second(mortal);
  EXPECT_EQ(second.render_native("{{ 1 + 1 }}", {}), 2);
}

TEST_F(TemplateWorker, AProgramThatIsNoHostIsAnError) {
  WorkerHost nobody(template_host_word, "/bin/true");
  Templates none(nobody);
  EXPECT_THAT(error_of(none, "{{ 1 + 1 }}"), HasSubstr("with jinja2"));
  const std::vector<Json> sources = {"{{ n + 1 }}"};
  EXPECT_THROW(test::render_mapping(none, sources, {{"n", 1}}), TemplateError);
}

}  // namespace connector::template_worker_test
