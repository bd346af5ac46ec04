// Standard error: what a person reads while the tool works.
#pragma once

#include <cstdio>
#include <mutex>
#include <string>
#include <string_view>

#include "base/diagnostics.hpp"
#include "base/error.hpp"

namespace mbx::cli {

/// Messages as "tool: text", one line each. Colours and the status line only on a terminal; colours
/// not when NO_COLOR is set. Safe to use from several threads. Never throws: when standard error
/// takes nothing more, there is nobody left to tell.
class Console {
  public:
    enum class Level {
        Quiet,   ///< errors only
        Normal,  ///< and warnings, notes, progress
        Verbose  ///< and details
    };
    struct Look {
        bool terminal = false;  ///< may use a status line
        bool color = false;
        unsigned columns = 80;
    };

    /// `stream` is not owned.
    Console(std::FILE* stream, std::string tool, Look look)
        : stream_(stream), tool_(std::move(tool)), look_(look) {}

    /// What standard error is, as far as it and the environment say (NO_COLOR, TERM=dumb).
    static Look look_of(std::FILE* stream);

    void set_level(Level level) noexcept { level_ = level; }
    const Look& look() const noexcept { return look_; }
    bool shows_progress() const noexcept { return look_.terminal && level_ != Level::Quiet; }

    /// "tool: place: text", then "tool: hint: ..." when there is one.
    void error(const Error& error);
    /// "tool: warning: text".
    void warning(std::string_view text);
    void note(std::string_view text);
    void detail(std::string_view text);

    /// A line that the next message or status takes the place of. An empty text removes it.
    void status(std::string_view text);

  private:
    void print(std::string_view label, std::string_view color, std::string_view text);

    std::FILE* stream_;
    std::string tool_;
    Look look_;
    Level level_ = Level::Normal;
    std::mutex mutex_;
    std::string status_;
};

/// Shows what a layer has survived: errors and warnings as warnings, infos as details.
class ConsoleDiagnostics final : public base::Diagnostics {
  public:
    /// `console` must outlive this.
    explicit ConsoleDiagnostics(Console& console) : console_(console) {}
    void report(base::Diagnostic diagnostic) override;

  private:
    Console& console_;
};

}  // namespace mbx::cli
