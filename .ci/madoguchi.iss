; Inno Setup 6: the installer of the Windows bundle (docs/bundle.md).
;
;     iscc .ci\madoguchi.iss        after .ci\bundle.cmd; the result is dist\madoguchi-setup-*.exe
;
; The program goes where only administrators write, for every account of the machine: the counter's
; account may run it and not change it (docs/deployment.md). The data of the counter lie in that
; account's own %LOCALAPPDATA%\Madoguchi; the installer neither makes nor removes them.

#define Program "..\dist\madoguchi\madoguchi.exe"
; From the program's version resource: it is written down once, in app/main.py.
#define Version GetStringFileInfo(Program, "ProductVersion")

[Setup]
AppId={{6E0B0E0B-7A55-4E7C-9B8E-5A1D6E6F2C31}
AppName=窓口
AppVersion={#Version}
AppPublisher=Madoguchi
VersionInfoVersion={#GetVersionNumbersString(Program)}
DefaultDirName={autopf}\Madoguchi
DefaultGroupName=窓口
DisableDirPage=yes
DisableProgramGroupPage=yes
PrivilegesRequired=admin
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
; The UTF-8 code page of the manifest holds from Windows 10 1903 on.
MinVersion=10.0.18362
OutputDir=..\dist
OutputBaseFilename=madoguchi-setup-{#Version}
Compression=lzma2
SolidCompression=yes
WizardStyle=modern
CloseApplications=yes
RestartApplications=no
UninstallDisplayIcon={app}\madoguchi.exe

[Languages]
Name: "ja"; MessagesFile: "compiler:Languages\Japanese.isl"

[InstallDelete]
; An update leaves nothing of the version before: an old library would be loaded.
Type: filesandordirs; Name: "{app}\_internal"

[Files]
Source: "..\dist\madoguchi\*"; DestDir: "{app}"; Flags: ignoreversion recursesubdirs createallsubdirs

[Icons]
Name: "{group}\窓口"; Filename: "{app}\madoguchi.exe"; Parameters: "run"
Name: "{group}\端末の初期設定"; Filename: "{cmd}"; Parameters: "/k ""{app}\madoguchi.exe"" found"
Name: "{group}\端末の自己検査"; Filename: "{cmd}"; Parameters: "/k ""{app}\madoguchi.exe"" self-check"
Name: "{commondesktop}\窓口"; Filename: "{app}\madoguchi.exe"; Parameters: "run"
