// Diagnostics of a conversion, counted by kind and passed on with their place.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "base/diagnostics.hpp"

namespace mbx::migration {

using LossCounts = std::map<std::string, std::uint64_t>;

class LossCounter final : public base::Diagnostics {
  public:
    /// Both outlive it.
    LossCounter(LossCounts& counts, base::Diagnostics& next) : counts_(counts), next_(next) {}

    /// Of the message being converted: "INBOX/Work 17".
    void set_place(std::string place) { place_ = std::move(place); }

    void report(base::Diagnostic diagnostic) override {
        ++counts_[diagnostic.id];
        diagnostic.place = diagnostic.place.empty() ? place_ : place_ + ": " + diagnostic.place;
        next_.report(std::move(diagnostic));
    }

  private:
    LossCounts& counts_;
    base::Diagnostics& next_;
    std::string place_;
};

}  // namespace mbx::migration
