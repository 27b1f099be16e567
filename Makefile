.PHONY: demo demo-managed test bench build packages

demo: packages build
	docker/demo.sh build

demo-managed: packages build
	docker/demo-managed.sh build

test: packages build
	ctest --test-dir build --output-on-failure --no-tests=error -j 4

bench: packages build
	cmake --build --preset release --target benchmarks
	tests/benchmarks/run.sh build

build:
	cmake --preset release
	cmake --build --preset release

packages:
	docker/install-packages.sh build tests
