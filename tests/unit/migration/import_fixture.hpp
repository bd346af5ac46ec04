// An import from a PST in memory into a store in memory, and what it has told.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fake_pst.hpp"
#include "fake_store.hpp"
#include "migration/import.hpp"
#include "migration/message_header.hpp"
#include "temporary_folder.hpp"

namespace mbx::migration {

/// Keeps what it was told: "import Inbox 3".
class Stages final : public base::Progress {
  public:
    void start(std::string_view stage, std::optional<std::uint64_t> /*total*/) override {
        stages_.emplace_back(stage, 0);
    }
    void advance(std::uint64_t messages, std::uint64_t /*bytes*/) override {
        stages_.back().second += messages;
    }
    void finish() override {}

    std::vector<std::string> told() const {
        std::vector<std::string> result;
        for (const auto& [stage, messages] : stages_) {
            result.push_back(stage + " " + std::to_string(messages));
        }
        return result;
    }

  private:
    std::vector<std::pair<std::string, std::uint64_t>> stages_;
};

class ImportPst : public testing::Test {
  protected:
    /// A run of the tool: the journal is opened anew.
    ImportResult run() {
        Journal journal(folder_ / "a.pst.journal", {"a.pst", 1, "", "test:"});
        bad_items_.emplace(folder_ / "bad", 0);
        return import_pst(
            {pst_, store_, journal, *bad_items_, progress_, diagnostics_, losses_, stop_},
            options_);
    }

    ErrorCode failure() {
        try {
            run();
        } catch (const Error& error) {
            return error.code();
        }
        return ErrorCode::Internal;
    }

    std::vector<std::string> ids(const mail::FolderPath& path) {
        std::vector<std::string> result;
        for (const std::string& text : store_.texts(path)) {
            const auto header = text.substr(0, header_length(text).value_or(0));
            result.push_back(header_field(header, "Message-ID").value_or("none"));
        }
        return result;
    }

    static std::vector<std::string> numbered(int first, int last) {
        std::vector<std::string> result;
        for (int n = first; n <= last; ++n) {
            result.push_back("<" + std::to_string(n) + "@x>");
        }
        return result;
    }

    test::TemporaryFolder folder_;
    test::FakePst pst_;
    test::FakeStore store_;
    std::optional<BadItems> bad_items_;
    Stages progress_;
    base::DiagnosticList diagnostics_;
    base::DiagnosticList losses_;
    base::StopFlag stop_;
    ImportOptions options_;
};

}  // namespace mbx::migration
