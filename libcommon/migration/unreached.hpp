// What a source store says it cannot reach: folders that may not be read, links that are not
// followed. Whatever lies there is not in the PST, so an export counts each as a bad item.
#pragma once

#include <utility>
#include <vector>

#include "base/diagnostics.hpp"

namespace mbx::migration {

/// Given to a store as its diagnostics: keeps errors, hands everything else on.
class Unreached final : public base::Diagnostics {
  public:
    explicit Unreached(base::Diagnostics& others) : others_(others) {}

    void report(base::Diagnostic diagnostic) override {
        if (diagnostic.severity == base::Severity::Error) {
            places_.push_back(std::move(diagnostic));
        } else {
            others_.report(std::move(diagnostic));
        }
    }

    const std::vector<base::Diagnostic>& places() const noexcept { return places_; }

  private:
    base::Diagnostics& others_;
    std::vector<base::Diagnostic> places_;
};

}  // namespace mbx::migration
