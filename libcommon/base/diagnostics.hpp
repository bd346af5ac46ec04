// What a layer noticed and survived: damage, loss, oddity. Passed in by the caller.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace mbx::base {

enum class Severity { Info, Warning, Error };

/// id: a short stable name of the kind ("lossy-subject", "B4"); place: where, may be empty;
/// text: what, in one line, untrusted parts escaped.
struct Diagnostic {
    Severity severity = Severity::Warning;
    std::string id;
    std::string place;
    std::string text;
};

class Diagnostics {
  public:
    virtual ~Diagnostics() = default;
    virtual void report(Diagnostic diagnostic) = 0;
};

class IgnoreDiagnostics final : public Diagnostics {
  public:
    void report(Diagnostic /*diagnostic*/) override {}
};

class DiagnosticList final : public Diagnostics {
  public:
    void report(Diagnostic diagnostic) override { items.push_back(std::move(diagnostic)); }
    std::vector<Diagnostic> items;
};

/// Hands on what it gets, and remembers the first error among it.
class ErrorWatch final : public Diagnostics {
  public:
    /// next outlives this.
    explicit ErrorWatch(Diagnostics& next) : next_(next) {}

    void report(Diagnostic diagnostic) override {
        if (diagnostic.severity == Severity::Error && first_.empty()) {
            first_ = diagnostic.place.empty() ? diagnostic.text
                                              : diagnostic.place + ": " + diagnostic.text;
        }
        next_.report(std::move(diagnostic));
    }

    /// Place and text of the first error since the last call; empty when there was none.
    std::string take() { return std::exchange(first_, {}); }

  private:
    Diagnostics& next_;
    std::string first_;
};

}  // namespace mbx::base
