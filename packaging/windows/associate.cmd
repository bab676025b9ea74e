@echo off
rem Opens .layerwise files with the Layerwise in this folder, for this user; "associate remove" undoes that.
setlocal
set "classes=HKCU\Software\Classes"
if /i "%~1"=="remove" (
    reg delete "%classes%\.layerwise" /f
    reg delete "%classes%\Layerwise.Project" /f
    exit /b
)
reg add "%classes%\.layerwise" /ve /d "Layerwise.Project" /f
reg add "%classes%\.layerwise" /v "Content Type" /d "application/x-layerwise+json" /f
reg add "%classes%\Layerwise.Project" /ve /d "Layerwise project" /f
reg add "%classes%\Layerwise.Project\DefaultIcon" /ve /d "\"%~dp0layerwise.exe\",0" /f
reg add "%classes%\Layerwise.Project\shell\open\command" /ve /d "\"%~dp0layerwise.exe\" \"%%1\"" /f
