@echo off
rem Builds the Windows bundle into dist\madoguchi, proves what is inside, runs its self-check and
rem makes the installer. Needs the Python that .ci\windows_wheels.py names, Inno Setup 6, and the
rem fonts and licences that `python .ci/bundle_parts.py carry FOLDER` collected on Debian, laid over
rem this tree. See docs\bundle.md.
setlocal
cd /d "%~dp0.."
py -3.12 -m venv .venv-bundle || exit /b 1
set python=.venv-bundle\Scripts\python.exe
%python% -m pip install --disable-pip-version-check --only-binary=:all: --require-hashes -r requirements-bundle.lock || exit /b 1
%python% .ci\windows_wheels.py || exit /b 1
%python% -m PyInstaller --noconfirm --log-level WARN build.spec || exit /b 1
%python% .ci\bundle_contents.py dist\madoguchi > dist\contents.txt || exit /b 1
dist\madoguchi\madoguchi.exe self-check || exit /b 1
iscc .ci\madoguchi.iss || exit /b 1
