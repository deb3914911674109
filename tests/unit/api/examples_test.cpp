#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <set>

#include "api/any_call.h"
#include "api/assets.h"
#include "api/legacy.h"
#include "api/multipart.h"
#include "api/redact.h"
#include "api/workers.h"
#include "tests/unit/api/imposter.h"
#include "tests/unit/net/run.h"

/// The examples of Cloudflare's pages, word for word, through the real client: what they hold must come out whole, and
/// what is put in must be on the wire whole. Each file names its page.
namespace plumbline::api {
namespace {

Json load(const std::string& name) {
  std::ifstream file(std::filesystem::path(PLUMBLINE_SOURCE_DIR) / "tests/unit/api/examples" / name);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  auto document = parse_json(text);
  REQUIRE_MESSAGE(document, name);
  return *document;
}

struct ExampleFixture {
  ExampleFixture() : imposter(context) {
    connector = net::make_connector(context.get_executor(), {});
    http = net::make_http_client(context.get_executor(), *connector, imposter.origin());
    ClientOptions options;
    options.credentials = [] { return Credentials{Secret("sesame"), {}, {}}; };
    options.retry.attempts = 1;
    client = make_client(context.get_executor(), *http, std::move(options), nullptr);
    account = {client.get(), "acc"};
  }

  template <class T>
  T run(Awaitable<T> task) {
    return net::testing::run_on(context, std::move(task));
  }

  /// The result as JSON; a failed call fails the test.
  template <class T>
  Json result(Awaitable<Result<T>> task) {
    auto value = run(std::move(task));
    REQUIRE_MESSAGE(value, (value ? "" : to_text(value.error())));
    return std::move(*value);
  }

  [[nodiscard]] Json sent() const { return *parse_json(imposter.requests.back().body); }
  [[nodiscard]] std::vector<FormPart> sent_parts() const {
    const auto& request = imposter.requests.back();
    return *read_form(request.headers.get("Content-Type"), request.body);
  }

  boost::asio::io_context context;
  testing::Imposter imposter;
  std::unique_ptr<net::Connector> connector;
  std::unique_ptr<net::HttpClient> http;
  std::unique_ptr<Client> client;
  Account account;
};

const std::vector<Module>& one_module() {
  static const std::vector<Module> modules{{"index.js", "application/javascript+module", "code"}};
  return modules;
}

JsonObject some_settings() {
  return {{"logpush", true}};
}

// How each operation of the page is called, by its heading. `nullptr` for a result that the call does not hand out.
using CallOf = std::function<Json(ExampleFixture&)>;

Json session_as_json(ExampleFixture& fixture) {
  const auto session = fixture.run(create_assets_session(fixture.account, "w", {}));
  REQUIRE(session);
  JsonArray buckets;
  for (const auto& bucket : session->buckets) buckets.emplace_back(JsonArray(bucket.begin(), bucket.end()));
  return JsonObject{{"buckets", buckets}, {"jwt", session->jwt.reveal()}};
}

Json completion_as_json(ExampleFixture& fixture) {
  const auto jwt = fixture.run(upload_assets(fixture.account, Secret("session"), {{"h", "text/html", "hi"}}));
  REQUIRE(jwt);
  if (jwt->empty()) return JsonObject();
  return JsonObject{{"jwt", jwt->reveal()}};
}

std::map<std::string, CallOf, std::less<>> calls() {
  return {
      {"Upload Assets", completion_as_json},
      {"Create Assets Upload Session", session_as_json},
      {"List Workers", [](ExampleFixture& f) { return f.result(list_scripts(f.account)); }},
      {"Search Workers",
       [](ExampleFixture& f) { return f.result(read_list(f.account, *OperationRef("search_scripts"), {})); }},
      {"Upload Worker Module",
       [](ExampleFixture& f) {
         return f.result(write(f.account, "upload_script", {{"script_name", "w"}}, {{}, one_module()}));
       }},
      {"Delete Worker",
       [](ExampleFixture& f) { return f.result(write(f.account, "delete_script", {{"script_name", "w"}})); }},
      {"Put script content",
       [](ExampleFixture& f) {
         return f.result(write(f.account, "put_content", {{"script_name", "w"}}, {JsonObject(), one_module()}));
       }},
      {"Patch Script Settings",
       [](ExampleFixture& f) {
         return f.result(write(f.account, "patch_script_settings", {{"script_name", "w"}}, {some_settings()}));
       }},
      {"Get Script Settings", [](ExampleFixture& f) { return f.result(get_script_settings(f.account, "w")); }},
      {"Add script secret",
       [](ExampleFixture& f) {
         return f.result(write(f.account, "put_secret", {{"script_name", "w"}},
                               {JsonObject{{"name", "KEY"}, {"text", "v"}, {"type", "secret_text"}}}));
       }},
      {"List script secrets", [](ExampleFixture& f) { return f.result(list_secrets(f.account, "w")); }},
      {"Get secret binding",
       [](ExampleFixture& f) {
         return f.result(
             read_object(f.account, *OperationRef("get_secret"), {{"script_name", "w"}, {"secret_name", "KEY"}}));
       }},
      {"Delete script secret",
       [](ExampleFixture& f) {
         return f.result(write(f.account, "delete_secret", {{"script_name", "w"}, {"secret_name", "KEY"}}));
       }},
      {"Patch Settings",
       [](ExampleFixture& f) {
         return f.result(write(f.account, "patch_settings", {{"script_name", "w"}}, {some_settings()}));
       }},
      {"Get Settings", [](ExampleFixture& f) { return f.result(get_settings(f.account, "w")); }},
      {"Post Worker subdomain",
       [](ExampleFixture& f) {
         return f.result(write(f.account, "post_subdomain", {{"script_name", "w"}}, {JsonObject()}));
       }},
      {"Get Worker subdomain", [](ExampleFixture& f) { return f.result(get_subdomain(f.account, "w")); }},
      {"Delete Worker subdomain",
       [](ExampleFixture& f) { return f.result(write(f.account, "delete_subdomain", {{"script_name", "w"}})); }},
      {"Update Usage Model",
       [](ExampleFixture& f) {
         return f.result(write(f.account, "put_usage_model", {{"script_name", "w"}}, {JsonObject()}));
       }},
      {"Fetch Usage Model",
       [](ExampleFixture& f) {
         return f.result(read_object(f.account, *OperationRef("get_usage_model"), {{"script_name", "w"}}));
       }},
  };
}

// What comes out of an answer: an empty object for a delete or a null.
Json expected_of(const Json& example) {
  const auto* operation = find_operation(string_member(example, "operation"));
  REQUIRE(operation != nullptr);
  if (operation->answer == AnswerShape::nothing) return JsonObject();
  const Json& body = *member(example, "body");
  return body.is_null() ? Json(JsonObject()) : body;
}

// The page's path with the values that the calls above are made with.
std::string filled(std::string_view path) {
  std::string out(path);
  for (const auto& [name, value] :
       std::map<std::string, std::string>{{"{account_id}", "acc"}, {"{script_name}", "w"}, {"{secret_name}", "KEY"}}) {
    if (const auto at = out.find(name); at != std::string::npos) out.replace(at, name.size(), value);
  }
  return out;
}

TEST_CASE("every answer of the reference page survives the way through the types") {
  const auto page = load("reference.json");
  const auto all = calls();
  std::set<std::string_view> seen;
  for (const Json& example : page.at("successes").as_array()) {
    const auto title = string_member(example, "title");
    CAPTURE(title);
    ExampleFixture fixture;
    Json envelope = JsonObject{{"success", true}, {"errors", JsonArray()}, {"messages", JsonArray()}};
    envelope.get_object()["result"] = *member(example, "body");
    fixture.imposter.reply(std::stoi(std::string(string_member(example, "status"))), plumbline::to_text(envelope));
    const auto call = all.find(title);
    REQUIRE(call != all.end());
    CHECK(equal(call->second(fixture), expected_of(example)));
    const auto& request = fixture.imposter.requests.at(0);
    CHECK(request.method == string_member(example, "method"));
    CHECK(request.target.substr(0, request.target.find('?')) == filled(string_member(example, "path")));
    seen.insert(title);
  }
  CHECK(seen.size() == all.size());
}

TEST_CASE("the failure of the reference page is an error that names pointer and documentation") {
  const auto page = load("reference.json");
  ExampleFixture fixture;
  fixture.imposter.reply(400, plumbline::to_text(page.at("failure")));
  const auto settings = fixture.run(get_settings(fixture.account, "w"));
  REQUIRE_FALSE(settings);
  CHECK(settings.error().kind == ErrorKind::invalid);
  CHECK(settings.error().message == "*string*: *string* [code *integer*]");
  CHECK(settings.error().pointer == "*string*");
  CHECK(settings.error().documentation_url == "*string*");
}

TEST_CASE("the list and the Worker of the pages of today come out whole") {
  const auto list = load("list_scripts.json").at("body");
  const auto content = load("put_content.json").at("body");
  for (const auto* example : {&list, &content}) {
    ExampleFixture fixture;
    // The pages fill errors with a placeholder, also beside success.
    auto page = example->as_object();
    page["errors"].emplace_array();
    fixture.imposter.reply(200, plumbline::to_text(Json(page)));
    const Json answer = example == &list ? fixture.result(list_scripts(fixture.account))
                                         : fixture.result(write(fixture.account, "put_content", {{"script_name", "w"}},
                                                                {JsonObject(), one_module()}));
    CHECK(equal(answer, example->at("result")));
  }
}

TEST_CASE("all of the upload's metadata is on the wire as it was given, unknown fields and all eight placements") {
  const auto page = load("metadata.json");
  ExampleFixture fixture;
  fixture.imposter.succeed("{}");
  for (const Json& placement : page.at("placements").as_array()) {
    for (const auto* migrations : {&page.at("metadata").at("migrations"), &page.at("steps")}) {
      auto metadata = page.at("metadata").as_object();
      metadata["placement"] = placement;
      metadata["migrations"] = *migrations;
      fixture.result(write(fixture.account, "upload_script", {{"script_name", "w"}}, {metadata, one_module()}));
      CHECK(equal(*parse_json(fixture.sent_parts().at(0).bytes), metadata));
      fixture.result(write(fixture.account, "create_version", {{"script_name", "w"}}, {metadata, one_module()}));
      CHECK(equal(*parse_json(fixture.sent_parts().at(0).bytes), metadata));
      fixture.result(write(fixture.account, "patch_settings", {{"script_name", "w"}}, {metadata}));
      CHECK(equal(*parse_json(fixture.sent_parts().at(0).bytes), metadata));
      fixture.result(write(fixture.account, "patch_script_settings", {{"script_name", "w"}}, {metadata}));
      CHECK(equal(fixture.sent(), metadata));
    }
  }
}

TEST_CASE("settings are read as they were written, but for what no read may show") {
  const auto page = load("metadata.json");
  ExampleFixture fixture;
  fixture.imposter.succeed(plumbline::to_text(page.at("metadata")));
  const auto settings = fixture.result(get_settings(fixture.account, "w"));
  CHECK(equal(settings, redacted(page.at("metadata"))));
  CHECK_FALSE(equal(settings, page.at("metadata")));
}

TEST_CASE("filters of 2018 are created by an answer that is a bare result") {
  const auto example = load("pages_of_2018.json").at("create_filter");
  ExampleFixture fixture;
  fixture.imposter.reply(200, plumbline::to_text(example.at("body")));
  const auto& request = example.at("request").as_object();
  CHECK(equal(fixture.result(write(fixture.account, "create_filter", {{"zone_id", "z"}}, {request})),
              example.at("body").at("result")));
  CHECK(equal(fixture.sent(), request));
  // No other operation is that lenient.
  CHECK_FALSE(fixture.run(write(fixture.account, "create_route", {{"zone_id", "z"}}, {request})));
}

TEST_CASE("filters of 2018 are switched off and on") {
  const auto request = load("pages_of_2018.json").at("update_filter").at("request").as_object();
  ExampleFixture fixture;
  fixture.imposter.succeed("{}");
  fixture.result(write(fixture.account, "update_filter", {{"zone_id", "z"}, {"filter_id", "f"}}, {request}));
  CHECK(fixture.imposter.requests.back().target == "/zones/z/workers/filters/f");
  CHECK(equal(fixture.sent(), request));
}

TEST_CASE("scripts of 2018 are uploaded, listed and deleted, for an account and for a zone") {
  const auto page = load("pages_of_2018.json");
  const auto& upload = page.at("upload");
  const std::string script(view(upload.at("script").as_string()));
  ExampleFixture fixture;
  fixture.imposter.reply(200, plumbline::to_text(upload.at("body")));
  const Payload code{nullptr, {{"", "", script}}};
  const auto uploaded = fixture.result(write(fixture.account, "upload_script_raw", {{"script_name", "w"}}, code));
  CHECK(equal(uploaded, upload.at("body").at("result")));
  CHECK(fixture.imposter.requests.back().body == script);
  CHECK(fixture.imposter.requests.back().headers.get("Content-Type") == "application/javascript");
  const auto of_zone = fixture.result(write(fixture.account, "put_zone_script", {{"zone_id", "z"}}, code));
  CHECK(equal(of_zone, upload.at("body").at("result")));
  CHECK(fixture.imposter.requests.back().body == script);
  fixture.imposter.reply(200, plumbline::to_text(page.at("list").at("body")));
  fixture.imposter.skip();
  CHECK(equal(fixture.result(list_scripts(fixture.account)), page.at("list").at("body").at("result")));
  fixture.imposter.reply(200, plumbline::to_text(page.at("delete").at("body")));
  fixture.imposter.skip();
  CHECK(fixture.run(write(fixture.account, "delete_script", {{"script_name", "w"}})));
  CHECK(fixture.run(write(fixture.account, "delete_zone_script", {{"zone_id", "z"}})));
  fixture.imposter.reply(200, script, {{"Content-Type", "application/javascript"}});
  fixture.imposter.skip();
  CHECK(*fixture.run(download_zone_script(fixture.account, "z")) == script);
}

TEST_CASE("the errors of 2018 have the kinds that they ask for") {
  for (const Json& error : load("pages_of_2018.json").at("errors").as_array()) {
    CAPTURE(error.at("code").as_int64());
    ExampleFixture fixture;
    fixture.imposter.reply(
        static_cast<int>(error.at("status").as_int64()),
        plumbline::to_text(Json(
            JsonObject{{"success", false},
                       {"errors", JsonArray{JsonObject{{"code", error.at("code")}, {"message", error.at("message")}}}},
                       {"result", nullptr}})));
    const auto answer =
        fixture.run(write(fixture.account, "upload_script", {{"script_name", "w"}}, {{}, one_module()}));
    REQUIRE_FALSE(answer);
    CHECK(to_string(answer.error().kind) == string_member(error, "kind"));
    CHECK(answer.error().message == string_member(error, "message"));
    CHECK(answer.error().code == error.at("code").as_int64());
  }
}

}  // namespace
}  // namespace plumbline::api
