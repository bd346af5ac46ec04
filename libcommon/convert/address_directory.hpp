// Internet addresses of people whom a message names in the way of Exchange only.
#pragma once

#include <string>
#include <string_view>

namespace mbx::convert {

class AddressDirectory {
  public:
    virtual ~AddressDirectory() = default;

    /// The Internet address of an X.500 name, whatever its case; empty when it is not known.
    virtual std::string smtp_of(std::string_view distinguished_name) = 0;
};

}  // namespace mbx::convert
