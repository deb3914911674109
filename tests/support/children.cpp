#include "tests/support/children.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <utility>

#include "net/children.h"

namespace plumbline::testing {

Result<ChildEnd> run_child_to_end(ChildCommand command) {
  boost::asio::io_context io(1);
  net::Children children(io.get_executor());
  Result<ChildEnd> end = fail("it never ended");
  boost::asio::co_spawn(io, children.run(std::move(command)),
                        [&](const std::exception_ptr& fault, Result<ChildEnd> result) {
                          if (fault) std::rethrow_exception(fault);
                          end = std::move(result);
                        });
  io.run();
  return end;
}

Result<std::string> run_child(ChildCommand command) {
  return net::output_of(run_child_to_end(std::move(command)));
}

}  // namespace plumbline::testing
