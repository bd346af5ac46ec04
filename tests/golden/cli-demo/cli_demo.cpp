// A tool that does nothing of use: it shows how a tool is made, and lets tests see cli::run at
// work.
#include <fmt/format.h>

#include <chrono>
#include <stdexcept>
#include <thread>

#include "base/file.hpp"
#include "cli/run.hpp"

namespace {

using mbx::cli::Context;

struct Options {
    unsigned lines = 1;
    std::string fail;
    bool wait = false;
    std::string file;
};

class Demo final : public mbx::cli::Tool {
  public:
    Demo()
        : Tool({.name = "cli-demo",
                .summary = "write lines",
                .usage = {"[OPTION]... WORD"},
                .examples = {{"write a word three times", "cli-demo --lines 3 hello"}},
                .notes = ""}) {}

    mbx::ExitCode run(Context& context) override {
        if (options_.wait) {
            wait_for_stop(context);
        }
        mbx::base::File file;
        if (!options_.file.empty()) {
            file = mbx::base::File::create(options_.file);
            file.write(mbx::base::as_bytes("data\n"));
        }
        for (unsigned i = 1; i <= options_.lines; ++i) {
            context.output.record({{"line", i}, {"word", word_}}, fmt::format("{} {}", i, word_));
        }
        if (options_.fail == "error") {
            throw mbx::Error(mbx::ErrorCode::BadData, "is damaged", "fetch it again")
                .with_place("a.pst");
        }
        if (options_.fail == "bug") {
            throw std::logic_error("impossible");
        }
        return options_.fail == "no" ? mbx::ExitCode::No : mbx::ExitCode::Ok;
    }

  protected:
    void declare(mbx::cli::OptionSet& options) override {
        options.group("Demo options")
            .number("lines", &options_.lines, "N", "how many lines to write (default: 1)")
            .choice("fail", &options_.fail, {"error", "bug", "no"}, "how to end")
            .value("file", &options_.file, "FILE", "hold FILE open, with a line in it")
            .flag("wait", &options_.wait, "wait for a signal first");
    }
    void check(std::vector<std::string> operands) override {
        mbx::cli::expect_operands(operands, {"WORD"});
        word_ = operands.front();
    }

  private:
    static void wait_for_stop(Context& context) {
        context.output.line("waiting");
        context.output.flush();
        while (!context.stop.requested()) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        context.console.note("stopped, finishing");
        for (;;) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
    }

    Options options_;
    std::string word_;
};

}  // namespace

int main(int argc, char* argv[]) {
    Demo tool;
    return mbx::cli::run(argc, argv, tool);
}
